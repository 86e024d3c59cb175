import type { SlotInfo } from '@clustered/core'
import { painted } from './columns.ts'
import { duration } from './format.ts'

/** What there is to say of each slot: what it lacks, and how the last worker that failed there ended. */
export function slotLines(slots: readonly SlotInfo[], now: number): string[] {
  return slots.flatMap((slot) =>
    slot.state === 'ready' && slot.failures === 0 && !slot.lastFailure ? [] : ofSlot(slot, now),
  )
}

function ofSlot({ slot, state, failures, nextBoot, lastFailure }: SlotInfo, now: number): string[] {
  const facts = [
    `slot ${slot} is ${painted(state)}`,
    failures > 0 && `${failures} ${failures === 1 ? 'failure' : 'failures'} in a row`,
    nextBoot !== undefined && `the next boot is in ${duration(nextBoot - now)}`,
  ]
  const line = facts.filter(Boolean).join(', ')
  if (!lastFailure) return [line]
  const { at, reason, pid, generation, lastWords } = lastFailure
  return [
    line,
    `  ${duration(now - at)} ago: ${reason}${pid ? ` (pid ${pid}, generation ${generation})` : ''}`,
    ...(lastWords ? [`    ${lastWords}`] : []),
  ]
}
