// What a worker and a primary take, beside those of node:cluster and a process that only serves:
//
//     npx -y pnpm@12 build && node bench/studies/memory.js
//
// The smallest app there is, as CommonJS and as an ES module, with one worker. Each is started once in a
// round, in a new order each time; a figure is the median of the rounds. Memory is looked at a second after the first answer:
// resident with what all processes of Node share, own without it, which is what one more takes. CPU time, of all
// threads, user and system, is what a process has taken by its first answer. Needs Linux. ROUNDS is how many.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import net from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { median, shuffle } from '../tools/numbers.js'
import { childrenOf, cpuTime } from '../tools/processes.js'

const rounds = Number(process.env.ROUNDS ?? 7)
const port = 8190
const forms = { CommonJS: 'memory-app.cjs', 'ES module': 'memory-app.js' }
const kinds = ['node:http', 'node:cluster', 'Clustered']
const patience = 20_000

const programs = Object.entries(forms).flatMap(([form, file]) =>
  kinds.map((kind) => ({ form, kind, file: fileURLToPath(new URL(file, import.meta.url)), results: [] })),
)
for (let round = 0; round < rounds; round++)
  for (const program of shuffle(programs)) program.results.push(await measure(program))

console.log(`Node ${process.versions.node}, median of ${rounds}: MB resident / MB own / CPU ms of a boot\n`)
console.log('| | worker, or what serves | primary |\n| - | - | - |')
for (const { form, kind, results } of programs) {
  const cells = ['server', 'primary'].map((process) => {
    if (!results[0][process]) return ''
    const of = (what) => median(results.map((result) => result[process][what])).toFixed(1)
    return `${of('resident')} / ${of('own')} / ${of('cpu')}`
  })
  console.log(`| ${[`${kind}, ${form}`, ...cells].join(' | ')} |`)
}

async function measure({ kind, file }) {
  const child = spawn(process.execPath, [file, kind, port], { stdio: 'ignore' })
  await answer(Date.now() + patience)
  const [worker] = childrenOf(child.pid)
  const server = worker ?? child.pid
  const pids = worker ? { server, primary: child.pid } : { server }
  const cpu = Object.entries(pids).map(([name, pid]) => [name, cpuTime([pid]) / 1000])
  await sleep(1000)
  const result = Object.fromEntries(cpu.map(([name, time]) => [name, { ...memory(pids[name]), cpu: time }]))
  child.kill('SIGTERM')
  await once(child, 'exit')
  return result
}

/** The first, of a server that is about to listen. */
async function answer(deadline) {
  const socket = net.connect(port, '127.0.0.1')
  socket.end('GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n')
  try {
    let text = ''
    for await (const part of socket) text += part
    if (text.endsWith('hello')) return
  } catch {
    // It does not listen yet.
  }
  if (Date.now() > deadline) throw new Error('no answer')
  await sleep(5)
  return answer(deadline)
}

/** In MB. */
function memory(pid) {
  const text = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8')
  const of = (name) => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(text)[1]) / 1000
  return { resident: of('Rss'), own: of('Private_Dirty') }
}
