// What faults.js compares: how each is started, asked, reloaded and ended.
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { get } from '../test/dist/support/http.js'

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
  const home = mkdtempSync(path.join(tmpdir(), 'pm2-'))
  const env = { ...environment('alone', port, setting), PM2_HOME: home }
  // Its daemon writes to files of its own, and in the foreground to stdout.
  const foreground = setting.logReader ? ['--no-daemon'] : []
  const { child, reader } = launch([PM2, 'start', app, '-i', '2', '--name', 'app', ...foreground], {
    ...setting,
    env,
  })
  const daemon = () =>
    setting.logReader ? child.pid : Number(readFileSync(path.join(home, 'pm2.pid'), 'utf8'))
  return started({
    port,
    reader,
    workers: () => childrenOf(daemon()),
    reload: () => spawn(process.execPath, [PM2, 'reload', 'app'], { env, stdio: 'ignore' }),
    async stop() {
      try {
        execFileSync(process.execPath, [PM2, 'kill'], { env, stdio: 'ignore', timeout })
      } catch {
        // It does not answer any more.
      }
      // A command that finds no daemon starts one, even while another ends.
      for (let left = processesOf(home); left.length > 0; left = processesOf(home)) {
        for (const pid of left) kill(pid, 'SIGKILL')
        await sleep(200)
      }
      kill(reader?.pid, 'SIGKILL')
      rmSync(home, { recursive: true, force: true, maxRetries: 5 })
    },
  })
}

/** Not arguments, which pm2 does not pass on in the foreground. */
function environment(kind, port, setting) {
  return { ...process.env, KIND: kind, PORT: String(port), WITH: setting.app ?? '' }
}

/** In ms, for a command of pm2. */
const timeout = 30_000

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

/** What runs with this PM2_HOME, workers and commands included. */
function processesOf(home) {
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .filter((pid) => {
      try {
        return readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0').includes(`PM2_HOME=${home}`)
      } catch {
        // It has gone meanwhile, or is another user's.
        return false
      }
    })
    .map(Number)
}

export function kill(pid, signal) {
  try {
    if (pid) process.kill(pid, signal)
  } catch {
    // It has gone by itself.
  }
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
