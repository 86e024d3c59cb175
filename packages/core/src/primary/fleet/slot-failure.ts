import type { SlotFailure } from '../../cluster.ts'
import type { WorkerExit } from '../../events.ts'
import type { LastWords } from '../../protocol/messages.ts'
import type { WorkerHandle } from './worker-handle.ts'

/** In characters: every worker is told of it, and a terminal shows it. */
const longest = 500

/** What is remembered of a worker that failed, for people: when, how, and what it had to say. */
export function slotFailure(worker: WorkerHandle, exit: Omit<WorkerExit, 'asTold'>): SlotFailure {
  const { reason, code, signal } = exit
  const said = exit.lastWords ? inShort(exit.lastWords) : worker.lastLine
  const lastWords = said === undefined || said.length <= longest ? said : `${said.slice(0, longest - 3)}...`
  const { pid, release } = worker
  return { at: Date.now(), pid, generation: release.generation, reason, code, signal, lastWords }
}

/** The error, and the line of the code that it comes from, in one line. */
function inShort({ name, message, stack }: LastWords): string {
  const frame = /^\s+(at .*)$/m.exec(stack)?.[1]
  const error = `${name}: ${message}`.replaceAll(/\s*\n\s*/g, ' ')
  if (frame === undefined) return error
  // Where the code is says more than the rest of a long message.
  return `${error.slice(0, Math.max(0, longest - frame.length - 2))}, ${frame}`
}
