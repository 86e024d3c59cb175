// What metrics cost per request, on against off, and both against node:cluster:
//
//     npx -y pnpm@12 build && node bench/metrics.js
//
// One worker each, side by side; they take turns under wrk's kept-alive
// connections, in a new order in each round. A ratio is the median of the
// rounds' own; "off, again" differs from "off" by nothing but noise. Needs wrk,
// and Linux. ROUNDS and SECONDS change how long it takes.
import { childrenOf, cpuTime, inTurns, loadWithWrk, median, startSite, stopSite } from './sites.js'

const rounds = Number(process.env.ROUNDS ?? 15)
const seconds = Number(process.env.SECONDS ?? 2)
const kinds = {
  'node:cluster': undefined,
  off: { metrics: false },
  'off, again': { metrics: false },
  on: {},
}

const sites = await Promise.all(
  Object.entries(kinds).map(([name, options], index) => startSite(name, 8100 + index, 1, options)),
)
const failed = await inTurns(sites, rounds, async ({ port, child }) => {
  const [worker] = childrenOf(child.pid)
  const before = { worker: cpuTime(worker), all: cpuTime(child.pid) }
  const { requests, requestsPerSecond } = await loadWithWrk(port, seconds)
  return {
    worker: (cpuTime(worker) - before.worker) / requests,
    all: (cpuTime(child.pid) - before.all) / requests,
    requestsPerSecond,
  }
}).catch((error) => error)
await Promise.all(sites.map(stopSite))
if (failed) throw failed

console.log(
  `Node ${process.versions.node}, ${rounds} rounds of ${seconds} s: medians and the best of the rounds, in brackets the ratio to "off"`,
)
const figures = {
  'CPU of the worker per request, µs': 'worker',
  'CPU of all processes per request, µs': 'all',
  'requests per second': 'requestsPerSecond',
}
const base = sites.find(({ name }) => name === 'off').results
for (const [label, key] of Object.entries(figures)) {
  // What else the machine does makes a round worse and never better.
  const [best, digits] = key === 'requestsPerSecond' ? [Math.max, 0] : [Math.min, 2]
  const bestOfBase = best(...base.map((result) => result[key]))
  console.log(`  ${label}`)
  for (const { name, results } of sites) {
    const values = results.map((result) => result[key])
    const ratios = values.map((value, round) => value / base[round][key])
    const quartiles = [0.25, 0.75].map((share) => at(ratios, share).toFixed(3)).join(' to ')
    const shown = median(values).toFixed(digits).padStart(8)
    const top = `${best(...values).toFixed(digits)} (${(best(...values) / bestOfBase).toFixed(3)})`
    console.log(
      `    ${name.padEnd(14)} ${shown} (${median(ratios).toFixed(3)}, half of the rounds ${quartiles}), the best ${top}`,
    )
  }
}

function at(values, share) {
  return values.toSorted((a, b) => a - b)[Math.round((values.length - 1) * share)]
}
