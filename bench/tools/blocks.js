import { get } from '../../test/dist/support/http.js'
import { quantile } from './numbers.js'

/** In ms. */
const block = 400
const blockEvery = 900

/**
 * Sends requests at a fixed rate, each on a connection of its own, and one that
 * blocks its worker again and again.
 *
 * @param rate requests in a second. They do not wait for each other's answers,
 *   and each is timed from when it was due, so that none hides another's wait.
 * @returns p50 and p99, in ms, of those that were sent during a block, and how many of all had no answer.
 */
export async function latencyDuringBlocks(port, rate, duration) {
  const times = []
  const open = []
  let blocking = false
  let failed = 0
  const fail = () => failed++
  const blocker = setInterval(async () => {
    blocking = true
    await get(port, `/block?ms=${block}`).catch(fail)
    blocking = false
  }, blockEvery)

  const start = performance.now()
  let sent = 0
  await new Promise((resolve) => {
    const timer = setInterval(() => {
      const elapsed = performance.now() - start
      for (; sent < (elapsed * rate) / 1000; sent++) {
        const due = start + (sent * 1000) / rate
        const counts = blocking
        open.push(get(port, '/').then(() => counts && times.push(performance.now() - due), fail))
      }
      if (elapsed < duration) return
      clearInterval(timer)
      clearInterval(blocker)
      resolve()
    }, 1)
  })
  await Promise.all(open)
  return { p50: quantile(times, 0.5), p99: quantile(times, 0.99), errors: failed }
}
