import { runningClock } from './running-clock.ts'

/**
 * Waits for a promise, at most `timeout` ms in which this process ran.
 * @returns whether it was fulfilled by then. Rejects as the promise does.
 */
export async function settles(promise: Promise<unknown>, timeout: number): Promise<boolean> {
  let cancel = (): void => {}
  const over = new Promise<false>((resolve) => {
    cancel = runningClock().after(timeout, () => resolve(false))
  })
  try {
    return await Promise.race([promise.then(() => true), over])
  } finally {
    cancel()
  }
}
