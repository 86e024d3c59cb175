import { once } from 'node:events'
import { createServer } from 'node:http'
import { text } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { createAdapter } from '@socket.io/redis-adapter'
import { createClient } from 'redis'
import { Server } from 'socket.io'
import { oneOfAllHosts } from './one-of-all-hosts.js'

const redis = createClient({ url: process.env.REDIS ?? 'redis://10.0.0.1:6379' })
const subscriber = redis.duplicate()
for (const client of [redis, subscriber]) client.on('error', (error) => console.error(String(error)))

export async function makeServer(address) {
  await Promise.all([redis.connect(), subscriber.connect()])
  const server = createServer((request, response) => void answer(request, response))
  const io = new Server(server, { adapter: createAdapter(redis, subscriber) })
  io.on('connection', (socket) => socket.emit('welcome', `${address} ${process.pid}`))
  // Its answer is behind those of the adapter's subscriptions: whoever connects from now on hears everything.
  await subscriber.ping()
  return server

  async function answer(request, response) {
    const { pathname, searchParams } = new URL(request.url, 'http://localhost')
    const body = await text(request)
    if (pathname === '/slow') await sleep(Number(searchParams.get('ms') ?? 5000))
    // To the clients of all workers on all hosts.
    if (pathname === '/say') io.emit('said', body)
    if (request.method === 'POST') response.end(`${body.length} characters\n`)
    else response.end(`hello from ${address}, worker ${process.pid}\n`)
  }
}

/** In one worker of one host: what is to be done once. */
export function lead(address, signal) {
  return oneOfAllHosts({
    redis,
    key: 'shop:jobs',
    signal,
    async work(mine) {
      console.log(`${address} has the jobs`)
      await once(mine, 'abort')
      console.log(`${address} gives the jobs up`)
    },
  })
}

/** What was published last is sent before the process ends. */
export const end = () => Promise.all([redis.close(), subscriber.close()])
