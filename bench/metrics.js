// What metrics cost per request, on against off, and both against node:cluster:
//
//     npx -y pnpm@12 build && node bench/metrics.js
//
// One worker each, side by side; they take turns under wrk's kept-alive
// connections, in a new order in each round. Two processes of the same kind
// differ by a few per cent, for as long as they live: so there are several of
// each, whose mean counts, and how far they are apart is shown. A ratio is the
// median of the rounds' own. Needs wrk, and Linux. ROUNDS, SECONDS and COPIES
// change how long it takes.
import { childrenOf, cpuTime, format, inTurns, loadWithWrk, median, startSite, stopSite } from './sites.js'

const rounds = Number(process.env.ROUNDS ?? 15)
const seconds = Number(process.env.SECONDS ?? 2)
const copies = Number(process.env.COPIES ?? 3)
const kinds = { 'node:cluster': undefined, off: { metrics: false }, on: {} }

const sites = await Promise.all(
  Object.entries(kinds)
    .flatMap((kind) => Array(copies).fill(kind))
    .map(([name, options], index) => startSite(name, 8100 + index, 1, options)),
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
  `Node ${process.versions.node}, ${copies} processes of each kind, ${rounds} rounds of ${seconds} s: medians, the ` +
    'ratio to "off" with half of the rounds, and the medians of the single processes',
)
const figures = {
  'CPU of the worker per request, µs': 'worker',
  'CPU of all processes per request, µs': 'all',
  'requests per second': 'requestsPerSecond',
}
for (const [label, key] of Object.entries(figures)) {
  console.log(`  ${label}`)
  const base = means('off', key)
  for (const name of Object.keys(kinds)) {
    const values = means(name, key)
    const ratios = values.map((value, round) => value / base[round])
    const quartiles = [0.25, 0.75].map((share) => at(ratios, share).toFixed(3)).join(' to ')
    const single = resultsOf(name, key).map((results) => format(median(results)))
    console.log(
      `    ${name.padEnd(14)} ${format(median(values)).padStart(6)} (${median(ratios).toFixed(3)}, ${quartiles}); ${single.join(', ')}`,
    )
  }
}

function resultsOf(kind, key) {
  return sites.filter(({ name }) => name === kind).map(({ results }) => results.map((result) => result[key]))
}

/** Of each round. */
function means(kind, key) {
  const all = resultsOf(kind, key)
  return all[0].map((_, round) => all.reduce((sum, results) => sum + results[round], 0) / all.length)
}

function at(values, share) {
  return values.toSorted((a, b) => a - b)[Math.round((values.length - 1) * share)]
}
