// How long it takes until a system serves, until a reload has replaced all its workers, and until a worker that was
// killed has been replaced.
import { setTimeout as sleep } from 'node:timers/promises'
import { start } from '../systems/index.js'
import { kill } from '../tools/kill.js'
import { shuffle } from '../tools/numbers.js'
import { startProbe } from '../tools/probe.js'
import { allAnswer } from '../tools/who.js'

const workers = 4

/** In ms: who has not answered for so long has gone. */
const silence = 500

/** For one that does not come to its end; in ms. */
const patience = 30_000

export const times = {
  rounds: 3,
  quick: { rounds: 1 },
  async run({ systems, folder, rounds, options, record }) {
    const note = (what, { name }, ms) => record(what, name, Number.isFinite(ms) ? { ms } : { never: 1 })
    for (let round = 0; round < rounds; round++)
      for (const system of shuffle(systems)) {
        const began = performance.now()
        const site = await start(system, { folder, workers, options })
        const boot = performance.now() - began
        try {
          record('boot', system.name, { ms: boot })
          const { reload } = site.running
          if (reload) note('reload', system, await untilReplaced(site, reload))
          if (!system.isAlone && !system.hasThreads) {
            const die = () => kill(site.running.workers()[0], 'SIGKILL')
            note('recovery', system, await untilReplaced(site, die, 1))
          }
        } finally {
          await site.running.stop()
        }
      }
  },
}

/**
 * @param fresh how many workers are to be new.
 * @returns when all that are to answer have answered, and none that is to go does any more, since `change`; in ms.
 *   Infinity if that does not come.
 */
async function untilReplaced({ port, count }, change, fresh = count) {
  const old = await allAnswer(port, count)
  const probe = startProbe(port, 2 * count)
  const first = new Map()
  const since = performance.now()
  void Promise.resolve(change()).catch(() => {})
  try {
    while (performance.now() - since < patience) {
      await sleep(2)
      const now = performance.now()
      for (const name of probe.seen.keys()) if (!first.has(name)) first.set(name, now)
      const alive = [...probe.seen].filter(([, at]) => now - at < silence).map(([name]) => name)
      const young = alive.filter((name) => !old.has(name))
      if (young.length !== fresh || alive.length !== count) continue
      const left = [...probe.seen]
        .filter(([name]) => old.has(name) && !alive.includes(name))
        .map(([, at]) => at)
      return Math.max(...left, ...young.map((name) => first.get(name))) - since
    }
    return Infinity
  } finally {
    await probe.stop()
  }
}
