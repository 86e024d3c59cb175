// A machine of many cores, simulated on a small one: each request holds its worker's event loop, and takes no CPU. It
// shows how evenly connections, and with them the work, are spread.
import { inTurns, oneByOne, withAll } from '../tools/rounds.js'
import { wrk } from '../tools/wrk.js'
import { balanceAfterReload, gainOfScale, lightAmongHeavy } from './changes.js'

const both = {
  rounds: 3,
  seconds: 2,
  quick: { rounds: 1, seconds: 1 },
  without: ({ isAlone }) => isAlone,
}

export const simulated = {
  ...both,
  async run(how) {
    await uniform(how, 8, [8, 16, 32, 64, 128])
    if (!how.isQuick) await changes(how)
  },
}

export const simulatedLong = {
  ...both,
  rounds: 2,
  // A connection that is kept lives for longer than it takes to find it a worker.
  seconds: 8,
  isLong: true,
  async run(how) {
    for (const workers of [2, 4, 8, 16])
      await uniform(how, workers, [8, 16, 32, 64, 128, 256], (sites) => skewed(how, workers, sites))
  },
}

/** @param then what else is done with the systems before they end. */
async function uniform(how, workers, all, then = async () => {}) {
  const { systems, folder, rounds, seconds, options, record } = how
  const cells = all.filter((connections) => how.wants(`${workers} x ${connections}`))
  if (cells.length === 0 && !how.wants('light')) return
  await withAll(systems, { folder, options, workers }, async (sites) => {
    await inTurns(sites, 1, ({ port }) => load(port, 64, 1))
    for (const connections of cells)
      await inTurns(sites, rounds, async ({ port, name }) =>
        record(`${workers} x ${connections}`, name, await load(port, connections, seconds)),
      )
    await then(sites)
  })
}

async function skewed({ rounds, seconds, wants, record }, workers, sites) {
  if (!wants('light')) return
  for (const pause of [0, 50])
    await inTurns(sites, rounds, async (site) =>
      record(
        `light requests among heavy ones, ${workers} workers, ${pause} ms of pause`,
        site.name,
        await lightAmongHeavy(site, { workers, connections: 4.5 * workers, pause }, seconds / 2),
      ),
    )
}

/** What changes the system itself. */
async function changes({ systems, folder, seconds, options, wants, record }) {
  const how = { folder, options: { reload: { soak: 100 }, ...options } }
  const can = (what) => systems.filter((system) => system[what] ?? true)
  const reload = wants('reload, 8 x 32') ? 2 : 0
  const scale = wants('scale, 2 to 8 x 32') ? 1 : 0
  await oneByOne(can('canReload'), { ...how, workers: 8 }, reload, async (site) =>
    record('reload, 8 x 32', site.name, await balanceAfterReload(site, { workers: 8, connections: 32 })),
  )
  await oneByOne(can('canScale'), { ...how, workers: 2 }, scale, async (site) =>
    record(
      'scale, 2 to 8 x 32',
      site.name,
      await gainOfScale(site, { workers: 2, connections: 32 }, seconds),
    ),
  )
}

async function load(port, connections, seconds) {
  const { requestsPerSecond, p99, errors, timeouts } = await wrk(
    `http://127.0.0.1:${port}/hold?ms=5`,
    '-t1',
    `-c${connections}`,
    `-d${seconds}s`,
    '--latency',
  )
  return { requestsPerSecond, p99, errors: errors + timeouts }
}
