import assert from 'node:assert/strict'
import { once } from 'node:events'
import net from 'node:net'
import path from 'node:path'
import { text } from 'node:stream/consumers'
import { describe, it, type TestContext } from 'node:test'
import { balances } from './support/balances.ts'
import { get } from './support/http.ts'
import { load, nodeClients } from './support/load.ts'
import { eventually, type Program, sendSignal, start, stateOf } from './support/program.ts'
import { temporaryFolder } from './support/temporary-folder.ts'

const waiting = 60

/** What a client sees that connects when the cluster listens no more. */
const refused = new Set(['ECONNREFUSED', 'ENOENT'])

interface Case {
  name: string
  options: object
  /** Whether it listens at a unix socket. */
  atPath?: boolean
}

const cases: Case[] = [
  ...balances.map((balance) => ({ name: balance, options: { workers: 2, balance } })),
  { name: 'a unix socket', options: { workers: 2 }, atPath: true },
  { name: 'single mode', options: { workers: 0 } },
]

function begin(t: TestContext, { options, atPath }: Case): { program: Program; place: string[] } {
  const folder = temporaryFolder()
  const place = atPath ? [path.join(folder, 'socket')] : []
  const env = { OPTIONS: JSON.stringify({ ...options, control: false }), LISTEN: JSON.stringify(place) }
  return { program: start(t, 'server.js', { env }), place }
}

/** Stops processes as SIGSTOP does, and waits until they stand. */
async function freeze(pids: readonly number[]): Promise<void> {
  for (const pid of pids) sendSignal(pid, 'SIGSTOP')
  await eventually(() => pids.every((pid) => stateOf(pid) === 'T'), 'they stand')
}

async function connect(where: number | string): Promise<net.Socket> {
  const socket = typeof where === 'number' ? net.connect(where, '127.0.0.1') : net.connect(where)
  await once(socket, 'connect')
  return socket
}

/** The body of its one answer, or what came in the place of it. */
async function answerOn(socket: net.Socket): Promise<string> {
  socket.write('GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n')
  try {
    return (await text(socket)).split('\r\n\r\n')[1] ?? 'cut'
  } catch (error) {
    return (error as NodeJS.ErrnoException).code!
  }
}

function outcome(answer: Promise<{ body: string }>): Promise<string> {
  return answer.then(
    ({ body }) => body,
    ({ code, message }: NodeJS.ErrnoException) => code ?? message,
  )
}

describe('at the last stop', { skip: process.platform !== 'linux' && 'needs /proc' }, () => {
  for (const one of cases) {
    it(`connections that wait in the queue are answered, later ones refused: ${one.name}`, async (t) => {
      const { program, place } = begin(t, one)
      const where = (await program.listens()) || place[0]!
      const family = [program.pid, ...program.workers()]
      await freeze(family)
      const sockets = await Promise.all(Array.from({ length: waiting }, () => connect(where)))
      const answers = sockets.map((socket) => answerOn(socket))
      program.kill('SIGTERM')
      for (const pid of family) sendSignal(pid, 'SIGCONT')
      const late: string[] = []
      while (!refused.has(late.at(-1)!)) late.push(await outcome(get(where)))
      assert.deepEqual(new Set(await Promise.all(answers)), new Set(['hello']))
      assert.deepEqual(
        late.slice(0, -1).filter((body) => body !== 'hello'),
        [],
      )
      assert.equal(await program.ends(), 0)
    })
  }

  for (const balance of balances)
    it(`requests on connections that a worker is just giving away are answered: ${balance}`, async (t) => {
      const options = { workers: 2, balance, reload: { soak: 50 } }
      for (let round = 0; round < 2; round++) {
        const { program } = begin(t, { name: balance, options })
        const port = await program.listens()
        const clients = load(nodeClients(32, { port }, { path: '/later?ms=2', expect: 'later' }), {
          longestPause: 3,
        })
        await eventually(() => clients.answered > 200, 'they are served')
        program.kill('SIGHUP')
        await program.sees(/drains: reload/)
        program.kill('SIGTERM')
        assert.equal(await program.ends(), 0)
        await clients.stop()
        assert.deepEqual(
          clients.failures.filter((failure) => !failure.startsWith('ECONNREFUSED')),
          [],
        )
      }
    })

  it(
    'that comes with the death of the primary, workers answer what waits in the queues they were lent',
    { skip: !balances.includes('kernel') && 'needs lent sockets' },
    async (t) => {
      const { program } = begin(t, { name: 'kernel', options: { workers: 2, balance: 'kernel' } })
      const port = await program.listens()
      const workers = program.workers()
      t.after(() => {
        for (const pid of workers) sendSignal(pid, 'SIGKILL')
      })
      await freeze(workers)
      const sockets = await Promise.all(Array.from({ length: waiting }, () => connect(port)))
      const answers = sockets.map((socket) => answerOn(socket))
      program.kill('SIGKILL')
      await program.ends()
      for (const pid of workers) sendSignal(pid, 'SIGCONT')
      assert.deepEqual(new Set(await Promise.all(answers)), new Set(['hello']))
    },
  )
})
