import assert from 'node:assert/strict'
import { describe, it, type TestContext } from 'node:test'
import { io, type Socket } from 'socket.io-client'
import { hangTimeout } from './support/load.ts'
import { freePort } from './support/port.ts'
import { eventually, type Program, start } from './support/program.ts'
import { supervise } from './support/supervised.ts'

/** A client that has connected, and its worker. */
interface Client {
  socket: Socket
  pid: number
  news: string[]
}

function ask(socket: Socket, ...question: unknown[]): Promise<any> {
  const [event, ...data] = question as [string, ...unknown[]]
  return socket.timeout(hangTimeout).emitWithAck(event, ...data)
}

async function connect(t: TestContext, port: number): Promise<Client> {
  const socket = io(`http://localhost:${port}`, {
    transports: ['websocket'],
    forceNew: true,
    reconnection: false,
  })
  t.after(() => socket.close())
  const news: string[] = []
  socket.on('news', (text: string) => news.push(text))
  await new Promise<void>((resolve, reject) => socket.on('connect', resolve).on('connect_error', reject))
  return { socket, pid: Number(await ask(socket, 'pid')), news }
}

/** So many that each worker has some. */
async function connectToBoth(t: TestContext, port: number): Promise<Client[]> {
  const clients: Client[] = []
  while (new Set(clients.map(({ pid }) => pid)).size < 2 || clients.length < 4)
    clients.push(await connect(t, port))
  return clients
}

/** A broadcast of each reaches all of them, once; what is asked of all servers is answered by all. */
async function tellEachOther(clients: readonly Client[]): Promise<void> {
  for (const { socket, news } of clients) {
    const text = `from ${socket.id}`
    const all = clients.map(({ socket: { id } }) => id).sort()
    assert.deepEqual([...(await ask(socket, 'fetch'))].sort(), all)
    await ask(socket, 'to all', text)
    await eventually(() => clients.every((client) => client.news.includes(text)), `all hear ${text}`)
    assert.equal((await ask(socket, 'ask all')).length, new Set(clients.map(({ pid }) => pid)).size - 1)
    assert.equal(news.filter((heard) => heard === text).length, 1)
  }
  // Whatever comes twice has come by now: it was sent before the answers.
  for (const { news } of clients) assert.equal(new Set(news).size, news.length)
}

describe('broadcasts of @socket.io/cluster-adapter', () => {
  const programs: [string, (t: TestContext) => Promise<[Program, number]>][] = [
    [
      '0.3, clustered(app) without setupPrimary(), through a reload and a worker that is killed',
      async (t) => {
        const OPTIONS = JSON.stringify({ workers: 2, drainTimeout: 1000, reload: { surge: 2, soak: 50 } })
        const program = start(t, 'broadcast.js', { env: { ADAPTER: '0.3', OPTIONS } })
        return [program, await program.listens()]
      },
    ],
    [
      '0.2, clustered(app) with setupPrimary()',
      async (t) => {
        const program = start(t, 'broadcast.js', { env: { ADAPTER: '0.2', SETUP: '1' } })
        return [program, await program.listens()]
      },
    ],
    [
      '0.3, clustered(app) with setupPrimary()',
      async (t) => {
        const program = start(t, 'broadcast.js', { env: { ADAPTER: '0.3', SETUP: '1' } })
        return [program, await program.listens()]
      },
    ],
    [
      '0.2, supervised',
      async (t) => {
        const PORT = await freePort()
        const program = supervise(t, '../broadcast.js', { PORT, ADAPTER: '0.2', SUPERVISED: '1' })
        await program.listens()
        return [program, PORT]
      },
    ],
  ]
  for (const [what, run] of programs)
    it(`reach every client once (${what})`, async (t) => {
      const [program, port] = await run(t)
      const clients = await connectToBoth(t, port)
      await tellEachOther(clients)
      if (!what.includes('supervised')) assert.equal(program.output.match(/got own answer/g)?.length, 2)
      if (!what.includes('reload')) return
      const since = program.output.length
      const before = program.workers()
      program.kill('SIGHUP')
      await program.sees(/reload done/, since)
      await eventually(() => program.workers().every((pid) => !before.includes(pid)), 'the old workers leave')
      for (const { socket } of clients) socket.close()
      // Nobody waits for those that have gone, however they went.
      await tellEachOther(await connectToBoth(t, port))
      const killed = await connect(t, port)
      process.kill(killed.pid, 'SIGKILL')
      await program.sees(new RegExp(`pid ${killed.pid}.*is gone`))
      const { socket } = await connect(t, port)
      assert.ok(Array.isArray(await ask(socket, 'fetch')))
      assert.ok(Array.isArray(await ask(socket, 'ask all')))
    })
})
