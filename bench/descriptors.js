// What a flood of silent connections costs the others, side by side with node:cluster,
// where each process may have 1,024 descriptors: node bench/descriptors.js
//
// 20 clients send request after request on kept-alive connections and never
// retry, 20 more each hold an event stream. `fresh` are 4 clients that open a
// connection for each request: there is none left for most of them, and what
// counts is that they learn it.
import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { eventStreams } from '../test/dist/support/event-streams.js'
import { get } from '../test/dist/support/http.js'
import { load, nodeClients } from '../test/dist/support/load.js'

const { LIMIT = '1024', SECONDS = '14', KINDS = 'clustered,node:cluster', FRESH, SHOW } = process.env
const app = fileURLToPath(new URL('faulty-app.js', import.meta.url))
const attacker = fileURLToPath(new URL('flood.js', import.meta.url))
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms))

const attacks = {
  '3,000 silent, reopened when closed': ['3000', 'reopen'],
  '2,300 silent, once': ['2300', 'once'],
}

console.log(
  `${LIMIT} descriptors for each process, ${SECONDS} s, Node ${process.versions.node}: failed requests (hung) of sent`,
)
for (const [name, attack] of Object.entries(attacks))
  for (const kind of KINDS.split(',')) {
    const { kept, fresh, cut, deaths, opened, after } = await measure(kind, attack)
    console.log(
      `${name.padEnd(36)}${kind.padEnd(14)} kept-alive ${kept.padEnd(18)} fresh ${fresh.padEnd(20)} event streams cut ${cut} of 20, deaths ${deaths}; attacker opened ${opened}; 50 requests afterwards: ${after}`,
    )
  }

async function measure(kind, attack) {
  const port = 8100 + Math.floor(Math.random() * 800)
  const child = spawn('prlimit', [`--nofile=${LIMIT}:${LIMIT}`, process.execPath, app, kind, String(port)], {
    stdio: ['ignore', SHOW ? 'inherit' : 'ignore', SHOW ? 'inherit' : 'ignore'],
  })
  let died = 0
  child.once('exit', () => died++)
  await listens(port)
  const workers = childrenOf(child.pid)
  const what = { path: '/?ms=50', expect: 'hello' }
  const streams = await eventStreams(port, 20)
  const kept = load(nodeClients(20, { port }, what))
  const fresh = load(nodeClients(FRESH === '0' ? 0 : 4, { port }, what, false))
  await sleep(1000)
  const flood = spawn(process.execPath, [attacker, String(port), ...attack], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let opened = ''
  flood.stdout.on('data', (text) => (opened += text))
  await sleep(Number(SECONDS) * 1000)
  const gone = workers.filter((pid) => !childrenOf(child.pid).includes(pid)).length
  const deaths = `${died ? 'primary, ' : ''}${gone} of ${workers.length} workers`
  flood.kill('SIGTERM')
  await Promise.all([kept.stop(), fresh.stop(), new Promise((resolve) => flood.once('exit', resolve))])
  const cut = streams.cut
  streams.stop()
  await sleep(1500)
  const afterwards = load(nodeClients(10, { port }, what, false))
  await sleep(500)
  await afterwards.stop()
  if (!died) {
    for (const pid of [...childrenOf(child.pid), child.pid]) process.kill(pid, 'SIGKILL')
    await new Promise((resolve) => child.once('exit', resolve))
  }
  return {
    kept: count(kept),
    fresh: count(fresh),
    cut,
    deaths,
    opened: opened.trim(),
    after: count(afterwards),
  }
}

function count({ answered, failures }) {
  const hung = failures.filter((failure) => failure === 'hung').length
  return `${failures.length} (${hung}) of ${answered + failures.length}`
}

function childrenOf(pid) {
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number)
  } catch {
    return []
  }
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
