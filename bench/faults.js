// What each fault costs the clients that did nothing, side by side:
//
//     npx -y pnpm@12 build && node bench/faults.js [--only <regular expression>] [--systems <the same>]
//
// The same app, the same clients (they never retry), the same faults, under
// Clustered, a fork loop on node:cluster, and pm2 if PM2 names its bin/pm2
// (npm install --prefix /tmp/pm2 pm2; PM2=/tmp/pm2/node_modules/pm2/bin/pm2).
// TIMES is how often a short fault is done, SECONDS how long one goes on that
// does not end by itself. Needs Linux.
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { load, nodeClients } from '../test/dist/support/load.js'
import { faults } from './fault-list.js'
import { systems } from './systems.js'

const { values: chosen } = parseArgs({ options: { only: { type: 'string' }, systems: { type: 'string' } } })
const matching = (entries, pattern) =>
  Object.entries(entries).filter(([name]) => new RegExp(pattern ?? '', 'i').test(name))

/** In ms: a system that only refuses for so long does not come back. */
const patience = 5000

const compared = matching(systems, chosen.systems)
console.log(
  `Failed requests of all that the other clients sent, in brackets those that hung; their worst wait. Node ${process.versions.node}`,
)
print('fault', new Map(compared.map(([name]) => [name, name])))
for (const [name, fault] of matching(faults, chosen.only)) {
  // What there is to say beside the clients' requests has a line of its own.
  const lines = new Map([[name, new Map()]])
  for (const [system, start] of compared)
    for (const [line, cell] of Object.entries(await measure(start, fault))) {
      const key = line === 'others' ? name : `  ${line}`
      lines.set(key, (lines.get(key) ?? new Map()).set(system, cell))
    }
  for (const [line, cells] of lines) print(line, cells)
}
process.exit()

function print(line, cells) {
  console.log(
    [line.padEnd(44), ...compared.map(([name]) => (cells.get(name) ?? '').padStart(46))].join('').trimEnd(),
  )
}

async function measure(start, { setting = {}, clients: make = mixed, run }) {
  const system = await start(8100 + Math.floor(Math.random() * 800), setting).catch(() => undefined)
  if (!system) return { others: 'did not start' }
  const clients = load(make({ port: system.port }))
  const watch = watchFor(clients)
  let more
  try {
    await sleep(1000)
    more = await run(system, watch.gone)
  } finally {
    watch.end()
    await clients.stop()
    await system.stop()
  }
  return { others: summary(clients) + watch.verdict(), ...more }
}

/** As many on connections that they keep as on new ones. */
function mixed(where) {
  const what = { path: '/?ms=5', expect: 'hello' }
  return [...nodeClients(8, where, what), ...nodeClients(8, where, what, false)]
}

/** Notices that a system is gone for good, so that nobody waits for the end of the fault. */
function watchFor(clients) {
  const began = performance.now()
  const gone = new AbortController()
  let answered = 0
  let failed = 0
  let last = began
  const timer = setInterval(() => {
    const recent = clients.failures.slice(failed)
    const refused = recent.length > 0 && recent.every((failure) => failure.startsWith('ECONNREFUSED'))
    if (clients.answered > answered || !refused) last = performance.now()
    answered = clients.answered
    failed = clients.failures.length
    if (performance.now() - last > patience) gone.abort()
  }, 500)
  return {
    gone: gone.signal,
    end: () => clearInterval(timer),
    verdict: () => (gone.signal.aborted ? `, gone after ${Math.round((last - began) / 1000)} s` : ''),
  }
}

function summary({ answered, failures, worst }) {
  const hung = failures.filter((failure) => failure === 'hung').length
  const told = failures.filter((failure) => failure.startsWith('status 503')).length
  const sent = answered + failures.length
  return `${failures.length} (${hung}) of ${sent}, ${(worst / 1000).toFixed(2)} s${told ? `, ${told} were 503s` : ''}`
}
