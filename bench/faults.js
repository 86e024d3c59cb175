// What each fault costs in requests, side by side: node bench/faults.js
//
// The same app, the same clients (they never retry), the same faults, under
// Clustered, a fork loop on node:cluster, and pm2 if PM2 names its bin/pm2
// (npm install --prefix /tmp/pm2 pm2; PM2=/tmp/pm2/node_modules/pm2/bin/pm2).
import { execFileSync, spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { get } from '../test/dist/support/http.js'
import { load, nodeClients } from '../test/dist/support/load.js'

const { PM2, TIMES = '5' } = process.env
const app = fileURLToPath(new URL('faulty-app.js', import.meta.url))
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms))
const ask = (port, where) => get(port, where).catch(() => {})

/** Each fault is given time to be over before the next. */
const faults = {
  reload: { after: 3000, do: ({ reload }) => reload() },
  'kill -9 of a worker': { after: 1500, do: ({ workers }) => kill(workers()[0], 'SIGKILL') },
  'kill -9 of all workers': {
    after: 2000,
    do: ({ workers }) => workers().forEach((pid) => kill(pid, 'SIGKILL')),
  },
  'an uncaught error': { after: 1500, do: ({ port }) => ask(port, '/throw') },
  'a handler blocks for 1 s': { after: 2000, do: ({ port }) => ask(port, '/block?ms=1000') },
  'a handler blocks for ever': { after: 6000, do: ({ port }) => ask(port, '/block?ms=1e9') },
  'a worker stops (SIGSTOP)': { after: 6000, do: ({ workers }) => kill(workers()[0], 'SIGSTOP') },
}

const systems = { Clustered: startClustered, 'node:cluster': startPlain, ...(PM2 && { pm2: startPm2 }) }
const columns = Object.keys(systems)
console.log(
  `Failed requests of all that 16 clients sent, each fault ${TIMES} times; in brackets those that hung. Node ${process.versions.node}`,
)
console.log(['fault'.padEnd(26), ...columns.map((name) => name.padStart(22))].join(''))
for (const [name, fault] of Object.entries(faults)) {
  const cells = []
  for (const start of Object.values(systems)) cells.push(await measure(start, fault))
  console.log([name.padEnd(26), ...cells.map((cell) => cell.padStart(22))].join(''))
}

async function measure(start, fault) {
  const system = await start(8100 + Math.floor(Math.random() * 800))
  const where = { port: system.port }
  const what = { path: '/?ms=5', expect: 'hello' }
  const clients = load([...nodeClients(8, where, what), ...nodeClients(8, where, what, false)])
  try {
    await sleep(1000)
    for (let time = 0; time < Number(TIMES); time++) {
      fault.do(system)
      await sleep(fault.after)
    }
  } finally {
    await clients.stop()
    await system.stop()
  }
  const { answered, failures } = clients
  const hung = failures.filter((failure) => failure === 'hung').length
  return `${failures.length} (${hung}) of ${answered + failures.length}`
}

async function startClustered(port) {
  const child = await startNode('clustered', port)
  return { ...child, reload: () => process.kill(child.pid, 'SIGHUP') }
}

async function startPlain(port) {
  const child = await startNode('node:cluster', port)
  return { ...child, reload: () => process.kill(child.pid, 'SIGHUP') }
}

async function startNode(kind, port) {
  const child = spawn(process.execPath, [app, kind, port], { stdio: 'ignore' })
  await listens(port)
  return {
    port,
    pid: child.pid,
    workers: () => childrenOf(child.pid),
    stop: async () => {
      for (const pid of [...childrenOf(child.pid), child.pid]) kill(pid, 'SIGKILL')
      await new Promise((resolve) => child.once('exit', resolve))
    },
  }
}

async function startPm2(port) {
  const env = { ...process.env, PM2_HOME: path.join(tmpdir(), `pm2-${port}`) }
  const pm2 = (...args) => execFileSync(process.execPath, [PM2, ...args], { env, encoding: 'utf8' })
  pm2('start', app, '-i', '2', '--name', 'app', '--', 'alone', String(port))
  await listens(port)
  return {
    port,
    workers: () =>
      JSON.parse(pm2('jlist'))
        .map(({ pid }) => pid)
        .filter(Boolean),
    reload: () => spawn(process.execPath, [PM2, 'reload', 'app'], { env, stdio: 'ignore' }),
    stop: () => pm2('kill'),
  }
}

function kill(pid, signal) {
  try {
    process.kill(pid, signal)
  } catch {
    // It has gone by itself.
  }
}

function childrenOf(pid) {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number)
}

async function listens(port) {
  for (let asked = 0; asked < 100; asked++) {
    const answered = await get(port).then(
      () => true,
      () => false,
    )
    if (answered) return sleep(500)
    await sleep(100)
  }
  throw new Error('it does not listen')
}
