// What the primary itself takes as a cluster grows, in CPU time and memory:
//
//     npx -y pnpm@12 build && node bench/growth.js [workers x connections ...]
//
// Needs Linux, some 50 MB for each worker, and `ulimit -n` above the connections.
// CPU time is of the primary's process alone, all threads, user and system.
import cluster from 'node:cluster'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import http from 'node:http'
import net from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { clustered } from '@clustered/core'
import { threadsTime } from './sites.js'

const file = fileURLToPath(import.meta.url)
const seconds = Number(process.env.SECONDS ?? 10)
const surge = 8

if (process.argv[2] === 'serve' || cluster.isWorker) serve(Number(process.argv[3]))
else await measureAll(process.argv.slice(2))

function serve(workers) {
  const app = () => http.createServer({ keepAliveTimeout: 0 }, (_request, response) => response.end('hello'))
  clustered(app, { workers, reload: { surge } }).listen(0, '127.0.0.1')
}

async function measureAll(cells) {
  console.log(
    `Node ${process.versions.node}. CPU of the primary: ms for a boot and a reload, else ms per second`,
  )
  console.log(row(['workers', 'connections', 'boot', 'reload', 'idle', 'connected', 'RSS, MiB']))
  for (const cell of cells.length > 0 ? cells : ['4x64', '16x256', '64x512', '4x10000'])
    console.log(row(await measure(...cell.split('x').map(Number))))
}

async function measure(workers, connections) {
  const primary = spawn(process.execPath, [file, 'serve', String(workers)], {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const cpu = async (until) => {
    const before = threadsTime(primary.pid)
    await until()
    return threadsTime(primary.pid) - before
  }
  const perSecond = async () => {
    await sleep(3000)
    return (await cpu(() => sleep(seconds * 1000))) / seconds
  }
  const line = await said(primary, /listening on .*:(\d+), \d+ workers/)
  const boot = threadsTime(primary.pid)
  const idle = await perSecond()
  const reload = await cpu(() => {
    primary.kill('SIGHUP')
    return said(primary, /reload done/)
  })
  const sockets = []
  for (let opened = 0; opened < connections; opened += 100)
    sockets.push(
      ...(await Promise.all(
        Array.from({ length: Math.min(100, connections - opened) }, () => keep(line[1])),
      )),
    )
  const connected = await perSecond()
  const memory = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${primary.pid}/status`, 'utf8'))[1] / 1024
  for (const socket of sockets) socket.destroy()
  primary.kill('SIGTERM')
  await once(primary, 'exit')
  return [workers, connections, boot, reload, idle, connected, memory].map((value) =>
    value < 10 ? value.toFixed(1) : value.toFixed(0),
  )
}

/** A connection that has had an answer, and stays. */
async function keep(port) {
  const socket = net.connect(port, '127.0.0.1').on('error', () => {})
  socket.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n')
  await once(socket, 'data')
  return socket
}

function said(child, pattern) {
  let output = ''
  return new Promise((resolve, reject) => {
    const read = (text) => {
      output += text
      const found = pattern.exec(output)
      if (!found) return
      child.stderr.off('data', read)
      child.off('exit', gone)
      resolve(found)
    }
    const gone = () => reject(new Error(`it has ended: ${output}`))
    child.stderr.on('data', read)
    child.once('exit', gone)
  })
}

function row(cells) {
  return cells.map((cell) => cell.padStart(13)).join('')
}
