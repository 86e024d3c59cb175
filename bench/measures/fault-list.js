// What faults.js does to each system. A fault's `run` ends when its harm has been done and there was time to be over
// it, or when the system is gone. What it returns are more figures.
import { fork } from 'node:child_process'
import http from 'node:http'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { get } from '../../test/dist/support/http.js'
import { nodeClients } from '../../test/dist/support/load.js'
import { kill } from '../tools/kill.js'
import { startProbe } from '../tools/probe.js'

const attack = fileURLToPath(new URL('../tools/attack.js', import.meta.url))

/** In ms. It takes some 3 s until nothing more fits into any process. */
const attackTime = 20_000

/** Also comes to its end when `gone` says that there is nothing to wait for. */
const sleep = (ms, gone) => setTimeout(ms, undefined, { signal: gone }).catch(() => undefined)

const ask = (port, path) => get(port, path).catch(() => {})

const hasProcesses = ({ hasThreads }) => !hasThreads

/**
 * @param times how often a short fault is done.
 * @param seconds how long errors and exits go on.
 */
export function faultsOf(times, seconds) {
  return {
    reload: reloads(times),
    'an uncaught error': isolated(times, 1500, ({ port }) => ask(port, '/throw')),
    'kill -9 of a worker': {
      ...isolated(times, 1500, ({ running }) => kill(running.workers()[0], 'SIGKILL')),
      can: hasProcesses,
    },
    'kill -9 of all workers': {
      ...isolated(times, 2000, ({ running }) => running.workers().forEach((pid) => kill(pid, 'SIGKILL'))),
      can: hasProcesses,
    },
    'a handler that never ends': again(Math.ceil(times / 2), 6000, ({ port }) => ask(port, '/block?ms=1e9')),
    [`an uncaught error a second, ${seconds} s`]: poison('/throw', 1, seconds),
    [`process.exit() once a second, ${seconds} s`]: poison('/exit', 1, seconds),
  }
}

/** The others. */
export function longFaultsOf(times, seconds) {
  return {
    'a handler blocks for 1 s': again(times, 2000, ({ port }) => ask(port, '/block?ms=1000')),
    'a worker stops (SIGSTOP)': {
      ...again(times, 6000, ({ running }) => kill(running.workers()[0], 'SIGSTOP')),
      can: hasProcesses,
    },
    [`10 uncaught errors a second, ${seconds} s`]: poison('/throw', 10, seconds),
    '3,000 silent connections, ulimit -n 1024': {
      setting: { descriptors: 1024 },
      clients: (where) => nodeClients(20, where, { path: '/later?ms=50', expect: 'hello' }),
      run: exhaust,
    },
    'the log reader is gone': loseLogReader(),
    'the log reader is gone, with an access log': loseLogReader('access-log'),
    'a module-level error in each process': {
      setting: { app: 'module-error' },
      run: (_site, gone) => sleep(10_000, gone),
    },
  }
}

/** One after the other, each for as long as it takes, but not for longer than `patience`. */
function reloads(times) {
  const patience = 20_000
  return {
    can: ({ canReload = true }) => canReload,
    async run({ running }, gone) {
      let done = 0
      for (let time = 0; time < times && !gone.aborted; time++) {
        const reload = Promise.resolve(running.reload()).then(
          () => done++,
          () => {},
        )
        await Promise.race([reload, sleep(patience, gone)])
        await sleep(1000, gone)
      }
      return { times, done }
    },
  }
}

/** A fault that is done so many times, and is over after so many ms. */
function again(times, after, harm) {
  return {
    async run(site, gone) {
      for (let time = 0; time < times && !gone.aborted; time++) {
        harm(site)
        await sleep(after, gone)
      }
      return { times }
    },
  }
}

/** The same, where all workers answer again before the next one; one that does not come so far has had enough. */
function isolated(times, after, harm) {
  return {
    async run(site, gone) {
      let endured = 0
      for (; endured < times && !gone.aborted; endured++) {
        harm(site)
        await sleep(after, gone)
        if (!(await isWhole(site, gone))) break
      }
      return { times, endured }
    },
  }
}

async function isWhole({ port, count }, gone) {
  const probe = startProbe(port, 2)
  const end = performance.now() + 15_000
  try {
    while (performance.now() < end && !gone.aborted) {
      await sleep(100, gone)
      const now = performance.now()
      if ([...probe.seen.values()].filter((at) => now - at < 500).length >= count) return true
    }
    return false
  } finally {
    await probe.stop()
  }
}

/** A request that does harm to its worker, so many times a second, whatever becomes of it. */
function poison(path, rate, seconds) {
  return {
    async run({ port }, gone) {
      const asked = []
      for (let sent = 0; sent < rate * seconds && !gone.aborted; sent++) {
        asked.push(
          get(port, path).then(
            ({ status }) => `told${status}`,
            () => 'cut',
          ),
        )
        await sleep(1000 / rate, gone)
      }
      const outcomes = await Promise.all(asked)
      return { cutOfThoseThatDidIt: outcomes.filter((outcome) => outcome === 'cut').length }
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
  return { streamsLost: streams.lost() }
}

/** Of the same kind as `eventEvery` of the app, and far above it; in ms. */
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
    async run({ running }, gone) {
      kill(running.reader.pid, 'SIGKILL')
      await sleep(2000, gone)
      kill(running.workers()[0], 'SIGKILL')
      await sleep(3000, gone)
      if (running.reload) void Promise.resolve(running.reload()).catch(() => {})
      await sleep(5000, gone)
    },
  }
}
