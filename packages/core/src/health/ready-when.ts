import type { Readiness } from '../protocol/messages.ts'

/** How many slots have to be ready: a number, or a share of them such as `'50%'`. */
export type ReadyWhen = number | `${number}%`

export function isReadyWhen(value: unknown): value is ReadyWhen {
  if (typeof value === 'number') return Number.isSafeInteger(value) && value >= 1
  const share = typeof value === 'string' ? Number(/^(\d{1,3}(?:\.\d+)?)%$/.exec(value)?.[1] ?? NaN) : NaN
  return share > 0 && share <= 100
}

/** @returns how many that is of so many slots; 1 at least. */
export function neededSlots(readyWhen: ReadyWhen, slots: number): number {
  if (typeof readyWhen === 'number') return Math.min(readyWhen, Math.max(1, slots))
  return Math.max(1, Math.ceil((slots * Number.parseFloat(readyWhen)) / 100))
}

/** What a process of a cluster with so many slots needs to say whether that is ready. */
export function readinessOf(
  settings: Omit<Readiness, 'needed'> & { readyWhen: ReadyWhen },
  slots: number,
): Readiness {
  const { readyWhen, checkTimeout, checkMaxAge } = settings
  return { needed: neededSlots(readyWhen, slots), checkTimeout, checkMaxAge }
}
