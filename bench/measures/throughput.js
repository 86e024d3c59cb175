// Requests in a second of an app that says hello, and what CPU time each takes of all processes of a system.
import { cpuTime, treeOf } from '../tools/processes.js'
import { inTurns, withAll } from '../tools/rounds.js'
import { wrk } from '../tools/wrk.js'

const kinds = { 'keep-alive': [], fresh: ['-H', 'Connection: close'] }

export const throughput = {
  rounds: 5,
  seconds: 2,
  quick: { rounds: 1, seconds: 1 },
  async run({ systems, folder, options, rounds, seconds, wants, record }) {
    await withAll(systems, { folder, options, workers: 2 }, async (sites) => {
      for (const [kind, args] of Object.entries(kinds)) {
        if (!wants(kind)) continue
        const load = async (site, duration) => {
          const before = cpuTime(treeOf(site.running.root))
          const { requests, requestsPerSecond, errors } = await wrk(
            `http://127.0.0.1:${site.port}/`,
            '-t1',
            '-c24',
            `-d${duration}s`,
            ...args,
          )
          const cpu = (cpuTime(treeOf(site.running.root)) - before) / requests
          return { requestsPerSecond, cpu, errors }
        }
        await inTurns(sites, 1, (site) => load(site, 1))
        await inTurns(sites, rounds, async (site) => record(kind, site.name, await load(site, seconds)))
      }
    })
  },
}
