import { addAbortListener } from 'node:events'

/** As Node tells: a signal may come from another realm. */
export function isAbortSignal(value: unknown): value is AbortSignal {
  return typeof value === 'object' && value !== null && 'aborted' in value
}

/** Calls `aborted` once the signal is; never before it has returned. */
export function onAbort(signal: AbortSignal, aborted: () => void): void {
  if (signal.aborted) process.nextTick(aborted)
  else addAbortListener(signal, aborted)
}
