// What faults.js compares: how each is started, asked, reloaded and ended.
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { get } from '../test/dist/support/http.js'
import { kill } from './kill.js'
import { newPm2 } from './pm2.js'

const { PM2 } = process.env
const app = fileURLToPath(new URL('faulty-app.js', import.meta.url))

/**
 * What a system is started with: `descriptors`, as `ulimit -n` would; `logReader`
 * for its stdout and stderr in a pipe that can lose its reader; `app`, what WITH is.
 */
export const systems = {
  Clustered: (port, setting) => startNode('clustered', port, setting),
  'node:cluster': (port, setting) => startNode('node:cluster', port, setting),
  ...(PM2 && { pm2: startPm2 }),
}

async function startNode(kind, port, setting) {
  const { child, reader } = launch([app], { ...setting, env: environment(kind, port, setting) })
  return started({
    port,
    reader,
    workers: () => childrenOf(child.pid),
    reload: () => kill(child.pid, 'SIGHUP'),
    async stop() {
      for (const pid of [...childrenOf(child.pid), child.pid, reader?.pid]) kill(pid, 'SIGKILL')
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
    },
  })
}

async function startPm2(port, setting) {
  const pm2 = newPm2(environment('alone', port, setting))
  // Its daemon writes to files of its own, and in the foreground to stdout.
  const foreground = setting.logReader ? ['--no-daemon'] : []
  const { child, reader } = launch([PM2, 'start', app, '-i', '2', '--name', 'app', ...foreground], {
    ...setting,
    env: pm2.env,
  })
  return started({
    port,
    reader,
    workers: () => childrenOf(setting.logReader ? child.pid : pm2.daemon()),
    reload: () => spawn(process.execPath, [PM2, 'reload', 'app'], { env: pm2.env, stdio: 'ignore' }),
    async stop() {
      await pm2.end()
      kill(reader?.pid, 'SIGKILL')
    },
  })
}

/** Not arguments, which pm2 does not pass on in the foreground. */
function environment(kind, port, setting) {
  return { ...process.env, KIND: kind, PORT: String(port), WITH: setting.app ?? '' }
}

/** Starts a program of Node with that many descriptors, and into that pipe. */
function launch(args, { descriptors, logReader, env }) {
  const command = [process.execPath, ...args]
  // Both limits: Node raises the soft one to the hard one.
  if (descriptors) command.unshift('prlimit', `--nofile=${descriptors}`)
  const reader = logReader && openReader()
  const output = reader ? reader.descriptor : 'ignore'
  const child = spawn(command[0], command.slice(1), { env, stdio: ['ignore', output, output] })
  if (reader) closeSync(reader.descriptor)
  return { child, reader: reader?.process }
}

/** A process that reads, and the end of its pipe to write to: a pipe as the shell makes it, not Node's socket. */
function openReader() {
  const folder = mkdtempSync(path.join(tmpdir(), 'pipe-'))
  const pipe = path.join(folder, 'pipe')
  execFileSync('mkfifo', [pipe])
  const reader = spawn('cat', [pipe], { stdio: 'ignore' })
  // Waits until it is read from.
  const descriptor = openSync(pipe, 'w')
  rmSync(folder, { recursive: true })
  return { process: reader, descriptor }
}

/** None, if the process has gone. */
function childrenOf(pid) {
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number)
  } catch {
    return []
  }
}

/** Waits until it listens; one that does not is ended. */
async function started(system) {
  for (let asked = 0; asked < 100; asked++) {
    const answered = await get(system.port).then(
      () => true,
      () => false,
    )
    if (answered) {
      await sleep(500)
      return system
    }
    await sleep(100)
  }
  await system.stop()
  throw new Error('it does not listen')
}
