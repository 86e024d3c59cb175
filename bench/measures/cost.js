// What Clustered, and each feature of it, costs a worker per request, against a plain worker of node:cluster: the CPU
// time of the worker alone, all its threads, user and system. One worker each, side by side, in turns.
//
// Two processes of the same kind differ by a few per cent, for as long as they live: the second of node:cluster shows
// how much that is here.
import { kernel, roundRobin } from '../systems/clustered.js'
import { nodeCluster } from '../systems/node-cluster.js'
import { cpuTime } from '../tools/processes.js'
import { start } from '../systems/index.js'
import { shuffle } from '../tools/numbers.js'
import { wrk } from '../tools/wrk.js'

const plain = { system: nodeCluster }

export const kinds = {
  'node:cluster': plain,
  'node:cluster, once more': plain,
  'as it comes': {},
  "crash: 'exit'": { options: { crash: 'exit' } },
  'metrics: false': { options: { metrics: false } },
  'no hangTimeout, lagWarning': { options: { hangTimeout: 0, lagWarning: 0 } },
  'migrate: false': { options: { migrate: false } },
  'all of these off': {
    options: { crash: 'exit', metrics: false, hangTimeout: 0, lagWarning: 0, migrate: false, goodbye: false },
  },
  "sticky: 'socket.io'": { options: { sticky: 'socket.io' } },
}

export const cost = {
  rounds: 9,
  seconds: 2,
  quick: { rounds: 1, seconds: 1 },
  without: (system) => ![nodeCluster, kernel, roundRobin].includes(system),
  async run({ folder, rounds, seconds, options, record }) {
    const ours = kernel.lacks() ? roundRobin : kernel
    const sites = []
    try {
      for (const [name, kind] of Object.entries(kinds)) {
        const how = { folder, workers: 1, options: { ...kind.options, ...options } }
        sites.push({ ...(await start(kind.system ?? ours, how)), name })
      }
      for (let round = 0; round <= rounds; round++)
        for (const { name, port, running } of shuffle(sites)) {
          const worker = running.workers()
          const before = cpuTime(worker)
          const { requests } = await wrk(`http://127.0.0.1:${port}/`, '-t1', '-c24', `-d${seconds}s`)
          // The first is to warm up.
          if (round > 0) record('CPU per request', name, { cpu: (cpuTime(worker) - before) / requests })
        }
    } finally {
      await Promise.all(sites.map(({ running }) => running.stop()))
    }
  },
}
