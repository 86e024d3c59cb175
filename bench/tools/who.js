// Which workers answer.
import { setTimeout as sleep } from 'node:timers/promises'
import { get } from '../../test/dist/support/http.js'

/** Their names, of those that some requests on connections of their own meet. */
export async function whoAnswers(port, requests) {
  const asked = await Promise.allSettled(Array.from({ length: requests }, () => get(port, '/who')))
  return new Set(asked.flatMap(({ value }) => (value?.status === 200 ? value.body : [])))
}

/** Waits for an answer of each of `count` workers that are not among `others`, for a minute at most. */
export async function allAnswer(port, count, others = new Set()) {
  const end = performance.now() + 60_000
  const found = new Set()
  while (performance.now() < end) {
    for (const name of await whoAnswers(port, 2 * count)) if (!others.has(name)) found.add(name)
    if (found.size >= count) return found
    await sleep(found.size > 0 ? 1 : 10)
  }
  throw new Error(`${found.size} of ${count} workers answer`)
}
