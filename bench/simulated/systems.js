// What is compared: how each is started, scaled, reloaded and ended.
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { pidsOf } from '../../test/dist/support/http.js'
import { freePort } from '../../test/dist/support/port.js'
import { newPm2, pm2Command } from '../pm2.js'

export const baseline = 'node:cluster'

/** `lacks` is what keeps it from running here. */
export const systems = {
  [baseline]: { start: forkLoop('node-cluster') },
  reusePort: { start: forkLoop('reuse-port'), lacks: lacksReusePort() },
  pm2: { start: startPm2, lacks: pm2Command ? undefined : 'PM2 is not set, and it is not in /tmp/pm2' },
  kernel: { isOurs: true, start: startClustered('kernel'), lacks: lacksReusePort() },
  'round-robin': { isOurs: true, start: startClustered('round-robin') },
}

function lacksReusePort() {
  if (process.platform !== 'linux') return 'it needs Linux'
  const [major, minor] = process.versions.node.split('.').map(Number)
  const has = major > 23 || (major === 23 && minor >= 1) || (major === 22 && minor >= 12)
  return has ? undefined : 'it needs Node 22.12, 23.1 or later'
}

/**
 * @param settings `core` is the path of what `@clustered/core` exports,
 *   `options` are for clustered.
 * @returns the system, all of whose workers listen.
 */
export async function start(name, workers, settings) {
  const port = await freePort()
  const env = { ...process.env, PORT: String(port), WORKERS: String(workers) }
  const running = await systems[name].start(env, settings)
  return { name, port, ...running }
}

function forkLoop(program) {
  return (env) => startProgram(program, env)
}

function startClustered(balance) {
  return (env, { core, options }) =>
    startProgram('clustered', {
      ...env,
      CORE: core,
      OPTIONS: JSON.stringify({ reload: { soak: 100 }, ...options, balance }),
    })
}

async function startProgram(program, env) {
  const child = fork(pathOf(program), { env, stdio: ['ignore', 'ignore', 'pipe', 'ipc'] })
  let output = ''
  child.stderr.on('data', (text) => (output = (output + text).slice(-2000)))
  const done = () =>
    new Promise((resolve, reject) => {
      const ended = () => reject(new Error(`${program} has ended: ${output}`))
      child.once('exit', ended)
      child.once('message', ({ error }) => {
        child.off('exit', ended)
        if (error) reject(new Error(error))
        else resolve()
      })
    })
  const tell = (command, argument) => {
    child.send({ command, argument })
    return done()
  }
  await done()
  return {
    scale: (count) => tell('scale', count),
    reload: () => tell('reload'),
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return
      child.disconnect()
      await once(child, 'exit')
    },
  }
}

async function startPm2(env) {
  const workers = Number(env.WORKERS)
  const pm2 = newPm2(env)
  const running = {
    scale: (count) => pm2.run('scale', 'app', String(count)),
    reload: () => pm2.run('reload', 'app'),
    stop: () => pm2.end(),
  }
  try {
    await pm2.run('start', pathOf('alone'), '-i', env.WORKERS, '--name', 'app')
    await allListen(Number(env.PORT), workers)
    return running
  } catch (error) {
    await running.stop()
    throw error
  }
}

/** pm2 says that its workers run, not that they listen. */
async function allListen(port, workers) {
  for (let asked = 0; asked < 100; asked++) {
    const pids = await pidsOf(port, workers).catch(() => new Set())
    if (pids.size === workers) return
    await sleep(100)
  }
  throw new Error(`the ${workers} workers of pm2 do not all listen`)
}

function pathOf(program) {
  return fileURLToPath(new URL(`programs/${program}.js`, import.meta.url))
}
