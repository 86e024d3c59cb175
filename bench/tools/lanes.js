/**
 * Runs jobs, so many at a time, and all of them even if one fails. A job is given a function, and may call it when it
 * only waits from then on: so the next one begins while it ends.
 */
export async function inLanes(count, jobs) {
  const waiting = [...jobs]
  const ends = []
  const lane = async () => {
    for (let job = waiting.shift(); job; job = waiting.shift())
      await new Promise((next) => {
        const end = job(next)
        ends.push(end)
        end.then(next, next)
      })
  }
  await Promise.all(Array.from({ length: count }, lane))
  await Promise.all(ends)
}
