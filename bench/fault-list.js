// What faults.js does to each system. A fault's `run` ends when its harm has
// been done and there was time to be over it, or when the system is gone. What
// it returns has lines of its own in the table.
import { fork } from 'node:child_process'
import http from 'node:http'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { get } from '../test/dist/support/http.js'
import { nodeClients } from '../test/dist/support/load.js'
import { kill } from './kill.js'

const { TIMES = '5', SECONDS = '60' } = process.env
const seconds = Number(SECONDS)
const attack = fileURLToPath(new URL('attack.js', import.meta.url))

/** In ms. It takes some 3 s until nothing more fits into any process. */
const attackTime = 20_000

/** Also comes to its end when `gone` says that there is nothing to wait for. */
const sleep = (ms, gone) => setTimeout(ms, undefined, { signal: gone }).catch(() => undefined)

const ask = (port, path) => get(port, path).catch(() => {})

export const faults = {
  reload: again(3000, ({ reload }) => reload()),
  'kill -9 of a worker': again(1500, ({ workers }) => kill(workers()[0], 'SIGKILL')),
  'kill -9 of all workers': again(2000, ({ workers }) => workers().forEach((pid) => kill(pid, 'SIGKILL'))),
  'an uncaught error': again(1500, ({ port }) => ask(port, '/throw')),
  'a handler blocks for 1 s': again(2000, ({ port }) => ask(port, '/block?ms=1000')),
  'a handler that never ends': again(6000, ({ port }) => ask(port, '/block?ms=1e9')),
  'a worker stops (SIGSTOP)': again(6000, ({ workers }) => kill(workers()[0], 'SIGSTOP')),
  [`an uncaught error a second, ${SECONDS} s`]: poison('/throw', 1),
  [`10 uncaught errors a second, ${SECONDS} s`]: poison('/throw', 10),
  [`process.exit() once a second, ${SECONDS} s`]: poison('/exit', 1),
  '3,000 silent connections, ulimit -n 1024': {
    setting: { descriptors: 1024 },
    clients: (where) => nodeClients(20, where, { path: '/?ms=50', expect: 'hello' }),
    run: exhaust,
  },
  'the log reader is gone': loseLogReader(),
  'the log reader is gone, with an access log': loseLogReader('access-log'),
  'a module-level error in each process': {
    setting: { app: 'module-error' },
    run: (_system, gone) => sleep(10_000, gone),
  },
}

/** A fault that is done TIMES times, and is over after so many ms. */
function again(after, harm) {
  return {
    async run(system, gone) {
      for (let time = 0; time < Number(TIMES) && !gone.aborted; time++) {
        harm(system)
        await sleep(after, gone)
      }
    },
  }
}

/** A request that does harm to its worker, so many times a second, whatever becomes of it. */
function poison(path, rate) {
  return {
    async run({ port }, gone) {
      const asked = []
      for (let sent = 0; sent < rate * seconds && !gone.aborted; sent++) {
        asked.push(
          get(port, path).then(
            ({ status }) => String(status),
            ({ message }) => (message === 'hung' ? 'hung' : 'cut or refused'),
          ),
        )
        await sleep(1000 / rate, gone)
      }
      const outcomes = new Map()
      for (const outcome of await Promise.all(asked)) outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1)
      const parts = [...outcomes].sort().map(([outcome, count]) => `${count} × ${outcome}`)
      return { 'the requests that did it': parts.join(', ') }
    },
  }
}

async function exhaust({ port }, gone) {
  const streams = openStreams(port, 20)
  await sleep(1000)
  const attacker = fork(attack, [port, 3000], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
  await sleep(attackTime, gone)
  attacker.disconnect()
  await sleep(3000, gone)
  return { 'event streams cut or silent, of 20': String(streams.lost()) }
}

/** Of the same kind as `eventEvery` of faulty-app.js, and far above it; in ms. */
const silence = 10_000

function openStreams(port, count) {
  const streams = Array.from({ length: count }, () => {
    const stream = { isCut: false, heard: performance.now() }
    const cut = () => (stream.isCut = true)
    const request = http.get({ host: '127.0.0.1', port, path: '/events', agent: false }, (response) => {
      response.on('data', () => (stream.heard = performance.now()))
      response.on('error', cut).on('close', cut)
    })
    request.on('error', cut)
    return stream
  })
  return {
    lost: () => streams.filter(({ isCut, heard }) => isCut || performance.now() - heard > silence).length,
  }
}

/** Something to log follows: a worker that dies, then a reload. */
function loseLogReader(app) {
  return {
    setting: { logReader: true, app },
    async run({ reader, workers, reload }, gone) {
      kill(reader.pid, 'SIGKILL')
      await sleep(2000, gone)
      kill(workers()[0], 'SIGKILL')
      await sleep(3000, gone)
      reload()
      await sleep(5000, gone)
    },
  }
}
