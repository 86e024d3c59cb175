// Rounds in which systems take turns, in a new order each time, so that what else the machine does meets each alike.
import { start } from '../systems/index.js'
import { shuffle } from './numbers.js'

/** All of them side by side, or none; they end when `run` has. */
export async function withAll(systems, how, run) {
  const started = await Promise.allSettled(systems.map((system) => start(system, how)))
  const sites = started.flatMap(({ value }) => value ?? [])
  try {
    const failed = started.find(({ status }) => status === 'rejected')
    if (failed) throw failed.reason
    return await run(sites)
  } finally {
    await Promise.all(sites.map(({ running }) => running.stop()))
  }
}

export async function inTurns(sites, rounds, measure) {
  for (let round = 0; round < rounds; round++) for (const site of shuffle(sites)) await measure(site)
}

/** One at a time, started for each measurement: what changes the system itself. */
export async function oneByOne(systems, how, rounds, measure) {
  for (let round = 0; round < rounds; round++)
    for (const system of shuffle(systems)) {
      const site = await start(system, how)
      try {
        await measure(site)
      } finally {
        await site.running.stop()
      }
    }
}
