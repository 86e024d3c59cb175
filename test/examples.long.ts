import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'
import { io } from 'socket.io-client'
import { get } from './support/http.ts'
import { load, nodeClients, undiciClients } from './support/load.ts'
import { childrenOf, eventually, isAlive, type Program, start } from './support/program.ts'
import { temporaryFolder } from './support/temporary-folder.ts'

const folder = fileURLToPath(new URL('../../examples/', import.meta.url))

interface Example {
  /** Its answer has the pid of the worker. */
  path?: string
  /** What each worker writes once, as it ends; `PID` is its own. A regular expression. */
  end?: string
  /** What else there is to see, while it is reloaded and serves. */
  during?: (program: Program, port: number) => Promise<void>
}

const examples: Record<string, Example> = {
  cron: {
    during: async (program) => {
      await program.sees(/(\d+) begins the job\n[^]*\1 has done the job/)
    },
  },
  express: { path: '/slow?ms=5' },
  fastify: {
    end: '"pid":PID,"hostname"[^\\n]*"msg":"the database is closed"',
    during: async (_program, port) => {
      const headers = { 'content-type': 'application/json' }
      const response = await fetch(`http://127.0.0.1:${port}/orders`, {
        method: 'POST',
        headers,
        body: '{"item":"tea"}',
      })
      assert.equal(response.status, 201)
    },
  },
  fetch: { path: '/slow?ms=5' },
  hono: { path: '/slow?ms=5', end: 'PID has answered everything' },
  koa: { path: '/slow?ms=5' },
  nest: {
    path: '/slow?ms=5',
    end: 'closed in PID',
    during: async (program) => {
      await program.sees(/the report begins in (\d+)[^]*the report is done in \1/)
    },
  },
  'queue-consumer': {
    during: async (program, port) => {
      const response = await fetch(`http://127.0.0.1:${port}`, { method: 'POST', body: 'a job' })
      assert.equal(response.status, 202)
      await program.sees(/\d+ has done: a job/)
    },
  },
  'socket.io': {
    path: '/',
    during: async (_program, port) => {
      const sockets = Array.from({ length: 4 }, () => io(`http://127.0.0.1:${port}`, { forceNew: true }))
      try {
        const heard = sockets.map((socket) => new Promise((resolve) => socket.once('said', resolve)))
        await Promise.all(sockets.map((socket) => new Promise((resolve) => socket.once('welcome', resolve))))
        sockets[0]!.emit('say', 'hello')
        for (const said of await Promise.all(heard)) assert.match(String(said), /^hello, from \d+$/)
      } finally {
        for (const socket of sockets) socket.close()
      }
    },
  },
}

/** By its own start command, as npm runs it. */
function startExample(t: TestContext, name: string): Program {
  const cwd = path.join(folder, name)
  const { scripts } = JSON.parse(readFileSync(path.join(cwd, 'package.json'), 'utf8')) as {
    scripts: { start: string }
  }
  const queue = temporaryFolder()
  return start(t, scripts.start, {
    execPath: '/bin/sh',
    nodeArgs: ['-c'],
    asGiven: true,
    cwd,
    env: {
      PATH: `${path.join(cwd, 'node_modules/.bin')}:${process.env['PATH']}`,
      PORT: '0',
      QUEUE: queue,
      WEB_CONCURRENCY: '2',
    },
  })
}

// Much of their time is waiting.
describe('an example', { concurrency: 3 }, () => {
  it('is tried here, whichever it is', () => {
    const folders = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory())
    // several-hosts takes a network of its own: several-hosts.long.ts.
    const tried = [...Object.keys(examples), 'several-hosts']
    assert.deepEqual(folders.map(({ name }) => name).sort(), tried.sort())
  })

  for (const [name, { path: asked = '/', end, during }] of Object.entries(examples))
    it(`serves from each worker, is reloaded under load, and ends: ${name}`, async (t) => {
      const program = startExample(t, name)
      const port = await program.listens()
      const [, primary] = await program.sees(/primary pid (\d+)/)
      const kill = (signal: NodeJS.Signals): void => void process.kill(Number(primary), signal)
      const old = childrenOf(Number(primary))
      assert.equal(old.length, 2)
      if (name !== 'socket.io') await assertServedBy(old, port, asked)

      const what = { path: asked }
      const clients = load([...nodeClients(2, { port }, what), ...undiciClients(1, { port }, what)])
      await during?.(program, port)
      kill('SIGHUP')
      await program.sees(/reload done: every slot is on generation 2/)
      for (const pid of old) await program.sees(new RegExp(`\\(pid ${pid}.* is gone: drained`))
      await clients.stop()
      assert.deepEqual([...new Set(clients.failures)], [], `${clients.failures.length} failed`)
      assert.ok(clients.answered > 20, `${clients.answered} answered`)

      const current = childrenOf(Number(primary))
      kill('SIGTERM')
      assert.equal(await program.ends(), 0)
      await eventually(() => ![...old, ...current].some(isAlive), 'no worker is left')
      for (const pid of end === undefined ? [] : [...old, ...current]) {
        const line = new RegExp(end!.replace('PID', String(pid)), 'g')
        assert.equal(program.output.match(line)?.length, 1, `once: ${line}`)
      }
      assert.doesNotMatch(program.output, /killed by|left behind/)
    })
})

/** Asked on new connections, each of them answers with its pid. */
async function assertServedBy(workers: readonly number[], port: number, asked: string): Promise<void> {
  const seen = new Set<number>()
  await eventually(async () => {
    const { status, body } = await get(port, asked)
    assert.equal(status, 200)
    seen.add(Number(/\d+/.exec(body)?.[0]))
    return seen.size === workers.length
  }, 'an answer from each worker')
  assert.deepEqual([...seen].sort(), [...workers].sort())
}
