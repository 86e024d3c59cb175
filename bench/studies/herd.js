// What other requests feel of many WebSocket clients that come back at once, as a reload sends them away:
//
//     npx -y pnpm@12 build && node bench/studies/herd.js
//
// One plain request every 5 ms, on kept connections, and all clients in a process of their own. CLIENTS (800),
// WORKERS (2), WORK (0.3, ms of a worker's CPU for each WebSocket that begins) and ROUNDS (5) change what is measured.
// Needs Linux.
import { fork } from 'node:child_process'
import { once } from 'node:events'
import http from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { kill } from '../tools/kill.js'
import { format, median } from '../tools/numbers.js'
import { childrenOf } from '../tools/processes.js'
import { inTurns, startProgram, stopSite } from './sites.js'

const { CLIENTS = '800', WORKERS = '2', WORK = '0.3', ROUNDS = '5' } = process.env
const clients = Number(CLIENTS)
const file = (name) => fileURLToPath(new URL(name, import.meta.url))

/** Whose options; undefined for a fork loop on node:cluster. */
const kinds = {
  'Clustered, goodbyes are spread': {},
  'Clustered, goodbye: false, all closed in onDrain': { goodbye: false, atOnce: true },
  'Clustered, goodbye: false, cut at the end': { goodbye: false, drainTimeout: 3000 },
  'node:cluster, all closed at SIGINT (as pm2)': undefined,
}

const figures = {
  'worst, ms': 'worst',
  'p99, ms': 'p99',
  'failed requests': 'failed',
  'closed with 1012, per client': 'told',
  'cut, per client': 'cut',
  'until all are back, s': 'seconds',
}

console.log(
  `Node ${process.versions.node}, ${clients} clients, ${WORKERS} workers, ${WORK} ms for each: medians of ${ROUNDS} reloads`,
)
const sites = await Promise.all(
  Object.entries(kinds).map(([name, options], index) => start(name, 8400 + index, options)),
)
await inTurns(sites, Number(ROUNDS), measure)
await Promise.all(sites.map(stopSite))
console.log(row('', Object.keys(figures)))
for (const { name, results } of sites)
  console.log(
    row(
      name,
      Object.values(figures).map((key) => format(median(results.map((result) => result[key])))),
    ),
  )

async function start(name, port, options) {
  const kind = options ? 'clustered' : 'node:cluster'
  const args = [file('herd-app.js'), kind, port, WORKERS, WORK, JSON.stringify(options ?? {})]
  const site = await startProgram(name, port, args)
  // Also when another one fails.
  process.once('exit', () => kill(site.child.pid, 'SIGTERM'))
  return site
}

async function measure({ port, child }) {
  const herd = fork(file('herd-clients.js'), [String(port), CLIENTS])
  await allOpen(herd)
  const probe = startProbe(port)
  await sleep(500)
  probe.reset()
  const old = childrenOf(child.pid)
  const before = await ask(herd)
  const since = performance.now()
  child.kill('SIGHUP')
  while (childrenOf(child.pid).some((pid) => old.includes(pid))) await sleep(20)
  const { told, cut } = await allOpen(herd)
  const seconds = (performance.now() - since) / 1000
  const result = {
    ...(await probe.stop()),
    told: (told - before.told) / clients,
    cut: (cut - before.cut) / clients,
    seconds,
  }
  herd.disconnect()
  await once(herd, 'exit')
  return result
}

async function allOpen(herd) {
  for (;;) {
    const seen = await ask(herd)
    if (seen.open === clients) return seen
    await sleep(20)
  }
}

async function ask(herd) {
  herd.send('seen')
  const [seen] = await once(herd, 'message')
  return seen
}

/** Asks every 5 ms, whether or not the last one is answered. */
function startProbe(port) {
  const agent = new http.Agent({ keepAlive: true })
  let waits = []
  let failed = 0
  const open = new Set()
  const timer = setInterval(() => {
    const sent = performance.now()
    const request = http.get({ host: '127.0.0.1', port, agent }, (response) =>
      response.resume().once('end', () => waits.push(performance.now() - sent)),
    )
    open.add(request)
    request.on('error', () => failed++)
    request.on('close', () => open.delete(request))
  }, 5)
  return {
    reset() {
      waits = []
      failed = 0
    },
    async stop() {
      clearInterval(timer)
      while (open.size > 0) await sleep(10)
      agent.destroy()
      const sorted = waits.toSorted((one, other) => one - other)
      return { worst: sorted.at(-1), p99: sorted[Math.floor(sorted.length * 0.99)], failed }
    },
  }
}

function row(name, cells) {
  return [name.padEnd(50), ...cells.map((cell) => cell.padStart(cell.length > 12 ? 30 : 17))].join('')
}
