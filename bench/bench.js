// Clustered against node:cluster's own round robin, in one run, as ratios:
//
//     npx -y pnpm@12 bench
//
// All kinds run side by side and take turns under load, in a new order in each
// round, so that what else the machine does meets each of them alike; a ratio
// is the median of the rounds' ratios. Needs wrk, and Linux for the CPU times.
// ROUNDS and SECONDS change how long it takes.
import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { latencyDuringBlocks } from './blocks.js'

const rounds = Number(process.env.ROUNDS ?? 15)
const seconds = Number(process.env.SECONDS ?? 2)
const server = fileURLToPath(new URL('server.js', import.meta.url))
const peer = 'node:cluster'
const kinds = [peer, 'kernel', 'round-robin', 'kernel, crash: exit']

/** Of /proc/<pid>/stat: Linux on every architecture that Node runs on. */
const microsecondsPerTick = 10_000

const throughput = [
  ['requests/s', 'requestsPerSecond'],
  ['CPU of all processes per request, µs', 'cpuPerRequest'],
]
const measures = [
  {
    name: 'Fresh connections, 2 workers',
    workers: 2,
    run: (site) => wrk(site, '-H', 'Connection: close'),
    figures: throughput,
  },
  { name: 'Keep-alive, 2 workers', workers: 2, run: (site) => wrk(site), figures: throughput },
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
  const sites = await Promise.all(kinds.map((kind) => start(kind, workers)))
  // The first round is to warm up.
  for (let round = 0; round <= rounds; round++)
    for (const site of shuffle(sites)) {
      const result = await run(site)
      if (round > 0) site.results.push(result)
    }
  await Promise.all(sites.map(stop))
  for (const [label, key] of figures) {
    console.log(`  ${label}`)
    for (const { kind, results } of sites) {
      const values = results.map((result) => result[key])
      const ratios = values.map((value, round) => value / sites[0].results[round][key])
      console.log(
        `    ${kind.padEnd(20)} ${format(median(values)).padStart(7)}  (${median(ratios).toFixed(2)})  ${format(Math.min(...values))} to ${format(Math.max(...values))}`,
      )
    }
  }
}

async function start(kind, workers) {
  const port = 8100 + kinds.indexOf(kind)
  const child = spawn(process.execPath, [server, kind, port, workers], {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let output = ''
  await new Promise((resolve, reject) => {
    child.stderr.on('data', (text) => (output += text).includes('listening on') && resolve())
    child.once('exit', () => reject(new Error(`${kind} did not start: ${output}`)))
  })
  return { kind, port, child, results: [] }
}

async function stop({ child }) {
  child.kill('SIGTERM')
  await new Promise((resolve) => child.once('exit', resolve))
}

async function wrk({ port, child }, ...args) {
  const before = ticks(child.pid)
  const load = spawn('wrk', ['-t1', '-c24', `-d${seconds}s`, ...args, `http://127.0.0.1:${port}/`])
  let report = ''
  for await (const chunk of load.stdout) report += chunk
  const requests = Number(/(\d+) requests in/.exec(report)[1])
  return {
    requestsPerSecond: Number(/Requests\/sec:\s+([\d.]+)/.exec(report)[1]),
    cpuPerRequest: ((ticks(child.pid) - before) * microsecondsPerTick) / requests,
  }
}

/** The CPU time that a process and its children have taken. */
function ticks(pid) {
  const [, stat] = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')
  const [user, system] = stat.split(' ').slice(11, 13).map(Number)
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean)
  return children.reduce((sum, child) => sum + ticks(child), user + system)
}

function shuffle(sites) {
  return sites
    .map((site) => ({ site, rank: Math.random() }))
    .sort((a, b) => a.rank - b.rank)
    .map(({ site }) => site)
}

function median(values) {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]
}

function format(value) {
  return String(Number(value.toPrecision(3)))
}
