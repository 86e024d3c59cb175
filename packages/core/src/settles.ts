import { setTimeout as sleep } from 'node:timers/promises'

/**
 * Waits for a promise, at most `timeout` ms.
 * @returns whether it was fulfilled by then. Rejects as the promise does.
 */
export async function settles(promise: Promise<unknown>, timeout: number): Promise<boolean> {
  const timer = new AbortController()
  try {
    return await Promise.race([
      promise.then(() => true),
      sleep(timeout, false, { signal: timer.signal }).catch(() => false),
    ])
  } finally {
    timer.abort()
  }
}
