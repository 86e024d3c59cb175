// Clustered against node:cluster's own round robin, in one run, as ratios:
//
//     npx -y pnpm@12 bench
//
// All kinds run side by side and take turns under load, in a new order in each
// round, so that what else the machine does meets each of them alike; a ratio
// is the median of the rounds' ratios. Needs wrk, and Linux for the CPU times.
// ROUNDS and SECONDS change how long it takes.
import { latencyDuringBlocks } from './blocks.js'
import { cpuTime, format, inTurns, loadWithWrk, median, startSite, stopSite } from './sites.js'

const rounds = Number(process.env.ROUNDS ?? 15)
const seconds = Number(process.env.SECONDS ?? 2)
const peer = 'node:cluster'
const kinds = {
  [peer]: undefined,
  kernel: { balance: 'kernel' },
  'round-robin': { balance: 'round-robin' },
  'kernel, crash: exit': { balance: 'kernel', crash: 'exit' },
}

const throughput = [
  ['requests/s', 'requestsPerSecond'],
  ['CPU of all processes per request, µs', 'cpuPerRequest'],
]
const measures = [
  {
    name: 'Fresh connections, 2 workers',
    workers: 2,
    run: (site) => underLoad(site, '-H', 'Connection: close'),
    figures: throughput,
  },
  { name: 'Keep-alive, 2 workers', workers: 2, run: (site) => underLoad(site), figures: throughput },
  {
    name: 'Fresh connections, 400 in a second, while one of 4 workers blocks for 400 ms',
    workers: 4,
    run: ({ port }) => latencyDuringBlocks(port, 400, seconds * 1000),
    figures: [
      ['p50, ms', 'p50'],
      ['p99, ms', 'p99'],
    ],
  },
]

console.log(
  `Node ${process.versions.node}, ${rounds} rounds of ${seconds} s: medians, in brackets the ratio to ${peer}, then the range`,
)
for (const { name, workers, run, figures } of measures) {
  console.log(`\n${name}`)
  const sites = await Promise.all(
    Object.entries(kinds).map(([kind, options], index) => startSite(kind, 8100 + index, workers, options)),
  )
  await inTurns(sites, rounds, run)
  await Promise.all(sites.map(stopSite))
  for (const [label, key] of figures) {
    console.log(`  ${label}`)
    for (const { name: kind, results } of sites) {
      const values = results.map((result) => result[key])
      const ratios = values.map((value, round) => value / sites[0].results[round][key])
      console.log(
        `    ${kind.padEnd(20)} ${format(median(values)).padStart(7)}  (${median(ratios).toFixed(2)})  ${format(Math.min(...values))} to ${format(Math.max(...values))}`,
      )
    }
  }
}

async function underLoad(site, ...args) {
  const before = cpuTime(site.child.pid)
  const { requests, requestsPerSecond } = await loadWithWrk(site.port, seconds, ...args)
  return { requestsPerSecond, cpuPerRequest: (cpuTime(site.child.pid) - before) / requests }
}
