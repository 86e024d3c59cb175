import type { ToWorker } from './messages.ts'

type HandedOff = Pick<Extract<ToWorker, { type: 'connection' }>, 'served' | 'bytes'>

/**
 * Whether a worker says at once that it has taken a connection: one that brings what was begun elsewhere may not be
 * lost with it. Of others it tells a moment later, of several in one message.
 */
export function isAnsweredAtOnce({ served, bytes }: HandedOff): boolean {
  return served || bytes !== undefined
}
