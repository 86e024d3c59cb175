// What Clustered costs a worker per request, against a plain worker of node:cluster:
//
//     npx -y pnpm@12 build && node bench/cost.js
//
// One worker each, side by side; they take turns under wrk's kept-alive
// connections, in a new order in each round. What is counted is the CPU time of
// the worker alone, with all its threads, user and system; a difference or a
// ratio is the median of the rounds' own. Needs wrk, and Linux.
// ROUNDS and SECONDS change how long it takes.
import { childrenOf, cpuTime, inTurns, loadWithWrk, median, startSite, stopSite } from './sites.js'

const rounds = Number(process.env.ROUNDS ?? 15)
const seconds = Number(process.env.SECONDS ?? 2)
const plain = 'node:cluster'
const kinds = {
  [plain]: undefined,
  // What it differs by from the first is noise, and so is as much between any others.
  'node:cluster, again': undefined,
  'Clustered, as it comes': {},
  "crash: 'exit'": { crash: 'exit' },
  'hangTimeout, lagWarning: 0': { hangTimeout: 0, lagWarning: 0 },
  "all of these, 'exit' and 0": { crash: 'exit', hangTimeout: 0, lagWarning: 0 },
}

const sites = await Promise.all(
  Object.entries(kinds).map(([name, options], index) => startSite(name, 8100 + index, 1, options)),
)
const failed = await inTurns(sites, rounds, async ({ port, child }) => {
  const [worker] = childrenOf(child.pid)
  const before = cpuTime(worker)
  const { requests } = await loadWithWrk(port, seconds)
  return (cpuTime(worker) - before) / requests
}).catch((error) => error)
await Promise.all(sites.map(stopSite))
if (failed) throw failed

console.log(
  `CPU time of the worker per request, µs. Node ${process.versions.node}, ${rounds} rounds of ${seconds} s: ` +
    'the median, its difference to each baseline and the ratio to it',
)
const columns = [plain, 'Clustered, as it comes']
console.log(' '.repeat(34) + columns.map((name) => `to ${name}`.padStart(28)).join(''))
for (const { name, results } of sites) {
  const cells = columns.map((column) => {
    const base = sites.find((site) => site.name === column).results
    const difference = median(results.map((value, round) => value - base[round]))
    const ratio = median(results.map((value, round) => value / base[round]))
    return `${difference.toFixed(2)} (${ratio.toFixed(3)})`.padStart(28)
  })
  console.log(name.padEnd(28) + median(results).toFixed(1).padStart(6) + cells.join(''))
}
