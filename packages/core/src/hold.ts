import { runtime } from './runtime.ts'

/**
 * Has the drain wait for work that outlives its request: a mail that is being
 * sent, a job from a queue. It is waited for until `drainTimeout` at most;
 * `onShutdown` comes after it. If it fails, that is reported in the log and
 * does not end the worker.
 *
 * Where nothing serves, in the primary and in programs without Clustered, it
 * does nothing.
 *
 * @returns the promise it was given.
 */
export function hold<Work extends Promise<unknown>>(work: Work): Work {
  runtime().lifecycle?.hold(work)
  return work
}
