// What all processes of a system take, each with its share of what several have (PSS), and what one more worker adds.
import { setTimeout as sleep } from 'node:timers/promises'
import { memoryOf, treeOf } from '../tools/processes.js'
import { oneByOne } from '../tools/rounds.js'
import { wrk } from '../tools/wrk.js'

const counts = [2, 8]

export const memory = {
  rounds: 2,
  quick: { rounds: 1 },
  async run({ systems, folder, rounds, options, record }) {
    for (let round = 0; round < rounds; round++) {
      const taken = new Map()
      for (const workers of counts)
        await oneByOne(systems, { folder, workers, options }, 1, async (site) => {
          // Some requests: what is loaded with the first ones is there then.
          await wrk(`http://127.0.0.1:${site.port}/`, '-t1', `-c${4 * workers}`, '-d1s')
          await sleep(1000)
          const all = treeOf(site.running.root)
          const total = all.map(memoryOf).reduce((sum, one) => sum + one, 0)
          taken.set(site.name, [...(taken.get(site.name) ?? []), total])
        })
      for (const { name, isAlone } of systems) {
        const [few, many] = taken.get(name)
        record('memory', name, {
          total: few,
          perWorker: isAlone ? undefined : (many - few) / (counts[1] - counts[0]),
        })
      }
    }
  },
}
