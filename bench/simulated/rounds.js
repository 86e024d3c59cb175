// Rounds in which the systems take turns, in a new order each time, so that what
// else the machine does meets each of them alike.
import { shuffle } from '../sites.js'
import { wrk } from '../wrk.js'
import { start } from './systems.js'

/** @param record is called with each result: what was measured, where, and when. */
export async function inRounds(name, measure, settings, record) {
  const cells = measure.cells(settings)
  for (const workers of new Set(cells.map((cell) => cell.workers))) {
    const those = cells.filter((cell) => cell.workers === workers)
    await (measure.alone ? oneByOne : sideBySide)(workers, those)
  }

  async function sideBySide(workers, those) {
    const sites = await startAll(settings.systems, workers, settings)
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

  async function measured(site, cell, round) {
    const result = await measure.measure(site, cell, settings)
    record({ measure: name, ...cell, system: site.name, round, ...result })
  }
}

/** All, or none. */
async function startAll(systems, workers, settings) {
  const started = await Promise.allSettled(systems.map((system) => start(system, workers, settings)))
  const sites = started.flatMap(({ value }) => value ?? [])
  const failed = started.find(({ status }) => status === 'rejected')
  if (!failed) return sites
  await Promise.all(sites.map((site) => site.stop()))
  throw failed.reason
}
