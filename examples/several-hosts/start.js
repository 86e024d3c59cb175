// Plays all of it on this machine: two hosts at addresses of its own, HAProxy before them, and Redis.
// It takes Linux, where 127.0.0.11 is this machine too, and the packages haproxy and redis-server.
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

const { PORT = '8080', REDIS_PORT = '6399' } = process.env
const here = fileURLToPath(new URL('.', import.meta.url))
const folder = mkdtempSync(path.join(tmpdir(), 'several-hosts-'))
const onThisMachine = (text) => text.replaceAll('10.0.0.', '127.0.0.')

const config = onThisMachine(readFileSync(path.join(here, 'haproxy.cfg'), 'utf8'))
  .replace('/run/haproxy/', `${folder}/`)
  .replace('bind :8080', `bind :${PORT}`)
writeFileSync(path.join(folder, 'haproxy.cfg'), config)

const hosts = ['127.0.0.11', '127.0.0.12']
const children = new Map()
const ending = new AbortController()

/** Starts a program, and starts it again when it has ended, as systemd does. */
async function keepRunning(name, command, args, env = {}) {
  while (!ending.signal.aborted) {
    const child = spawn(command, args, {
      cwd: here,
      env: { ...process.env, PATH: `${process.env.PATH}:/usr/sbin`, ...env },
      stdio: ['ignore', 'inherit', 'inherit'],
      // Ctrl-C is for this process, which ends the others in their turn.
      detached: true,
    })
    children.set(name, child)
    const why = await new Promise((resolve) => {
      child.once('error', ({ message }) => resolve(message))
      child.once('exit', (code, signal) => resolve(signal ?? `exit code ${code}`))
    })
    children.delete(name)
    if (ending.signal.aborted) return
    console.log(`${name}: ${why}. It is started again.`)
    await sleep(1000)
  }
}

function end() {
  ending.abort()
  for (const address of hosts) children.get(address)?.kill('SIGTERM')
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, end)

const host = (address) =>
  keepRunning(address, process.execPath, ['server.js'], {
    ADDRESS: address,
    REDIS: `redis://127.0.0.1:${REDIS_PORT}`,
    // By which the command `clustered` knows it.
    CLUSTERED_NAME: `shop-${address}`,
  })

const log = path.join(folder, 'redis.log')
const redis = ['--bind', '127.0.0.1', '--port', REDIS_PORT, '--save', '', '--logfile', log]
const services = [
  keepRunning('redis-server', 'redis-server', redis),
  keepRunning('haproxy', 'haproxy', ['-f', path.join(folder, 'haproxy.cfg')]),
]

console.log(
  `HAProxy listens at http://localhost:${PORT}, and asks the hosts every second whether they are ready.`,
)
await Promise.all(hosts.map(host))
// The hosts have drained, with requests that came through the one and messages that went through the other.
for (const child of children.values()) child.kill('SIGTERM')
await Promise.all(services)
rmSync(folder, { recursive: true, force: true })
