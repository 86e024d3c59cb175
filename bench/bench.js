// Clustered against node:cluster's own round robin, in one run, as ratios:
//
//     npx -y pnpm@12 bench
//
// Rounds of all kinds take turns, so that what else the machine does meets each
// of them alike. Needs wrk. ROUNDS and SECONDS change how long it takes.
import { spawn } from 'node:child_process'
import http from 'node:http'
import { fileURLToPath } from 'node:url'

const rounds = Number(process.env.ROUNDS ?? 5)
const seconds = Number(process.env.SECONDS ?? 3)
const server = fileURLToPath(new URL('server.js', import.meta.url))
const peer = 'node:cluster'
const kinds = [peer, 'kernel', 'round-robin', 'kernel, crash: exit']

const measures = [
  {
    name: 'fresh connections, requests/s',
    workers: 2,
    wrk: ['-H', 'Connection: close'],
    read: requestsPerSecond,
  },
  { name: 'keep-alive, requests/s', workers: 2, wrk: [], read: requestsPerSecond },
  {
    name: 'p99 of fresh connections while one of four workers blocks for 400 ms, ms',
    workers: 4,
    wrk: ['-H', 'Connection: close', '--latency'],
    read: p99,
    disturb: (port) => http.get({ port, path: '/?block=400', agent: false }, (response) => response.resume()),
  },
]

console.log(
  `Node ${process.versions.node}, ${rounds} rounds of ${seconds} s, medians; in brackets the ratio to ${peer}`,
)
for (const measure of measures) {
  const results = new Map(kinds.map((kind) => [kind, []]))
  for (let round = 0; round < rounds; round++)
    for (const kind of kinds) results.get(kind).push(await run(kind, measure))
  console.log(`\n${measure.name}`)
  const base = median(results.get(peer))
  for (const [kind, values] of results) {
    const value = median(values)
    const spread = `${round3(Math.min(...values))} to ${round3(Math.max(...values))}`
    console.log(
      `  ${kind.padEnd(22)} ${String(round3(value)).padStart(9)}  (${(value / base).toFixed(2)})  ${spread}`,
    )
  }
}

async function run(kind, { workers, wrk, read, disturb }) {
  const port = 8100 + Math.floor(Math.random() * 800)
  const child = spawn(process.execPath, [server, kind, port, workers], {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  await new Promise((resolve, reject) => {
    child.stderr.on('data', (text) => String(text).includes('listening on') && resolve())
    child.once('exit', () => reject(new Error(`${kind} did not start`)))
  })
  const disturbing = disturb && setInterval(disturb, 900, port)
  try {
    const load = spawn('wrk', ['-t1', '-c24', `-d${seconds}s`, ...wrk, `http://127.0.0.1:${port}/`])
    let report = ''
    for await (const chunk of load.stdout) report += chunk
    return read(report)
  } finally {
    clearInterval(disturbing)
    child.kill('SIGTERM')
    await new Promise((resolve) => child.once('exit', resolve))
  }
}

function requestsPerSecond(report) {
  return Number(/Requests\/sec:\s+([\d.]+)/.exec(report)[1])
}

function p99(report) {
  const [, value, unit] = /99%\s+([\d.]+)(us|ms|s)/.exec(report)
  return Number(value) * { us: 0.001, ms: 1, s: 1000 }[unit]
}

function median(values) {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]
}

function round3(value) {
  return Number(value.toPrecision(3))
}
