// Rounds in which the systems take turns, in a new order each time, so that what
// else the machine does meets each of them alike.
import { shuffle } from '../sites.js'
import { wrk } from '../wrk.js'
import { measures } from './measures.js'
import { start } from './systems.js'

/** @param record is called with each result, and what was measured, where and in which round. */
export async function inRounds(name, settings, record) {
  const { setups = [{}], alone, cells: own, measure } = measures[name]
  const cells = (settings.cells ?? own).flatMap((cell) => setups.map((setup) => ({ ...cell, ...setup })))
  for (const workers of new Set(cells.map((cell) => cell.workers))) {
    const those = cells.filter((cell) => cell.workers === workers)
    await (alone ? oneByOne : sideBySide)(workers, those)
  }

  async function sideBySide(workers, those) {
    const sites = await startAll(workers)
    try {
      for (const { port } of sites) await wrk(`http://127.0.0.1:${port}/`, '-t1', '-c64', '-d1s')
      for (const cell of those)
        for (let round = 1; round <= settings.rounds; round++)
          for (const site of shuffle(sites)) await measured(site, cell, round)
    } finally {
      await Promise.all(sites.map((site) => site.stop()))
    }
  }

  async function oneByOne(workers, those) {
    for (const cell of those)
      for (let round = 1; round <= settings.rounds; round++)
        for (const system of shuffle(settings.systems)) {
          const site = await start(system, workers, settings)
          await measured(site, cell, round).finally(() => site.stop())
        }
  }

  /** All, or none. */
  async function startAll(workers) {
    const started = await Promise.allSettled(
      settings.systems.map((system) => start(system, workers, settings)),
    )
    const sites = started.flatMap(({ value }) => value ?? [])
    const failed = started.find(({ status }) => status === 'rejected')
    if (!failed) return sites
    await Promise.all(sites.map((site) => site.stop()))
    throw failed.reason
  }

  async function measured(site, { workers, connections, setup, ...how }, round) {
    const cell = { workers, connections, setup }
    const result = await measure(site, { ...cell, ...how }, settings.seconds)
    record({ measure: name, ...cell, system: site.name, round, ...result })
  }
}
