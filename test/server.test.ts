import assert from 'node:assert/strict'
import { once } from 'node:events'
import http from 'node:http'
import http2 from 'node:http2'
import https from 'node:https'
import { describe, it } from 'node:test'
import { WebSocket } from 'ws'
import { start } from './support/program.ts'

interface Seen {
  name: string
  pid: number
  port: number
  kind: string
  before: boolean
  timeout: number
  maxConnections: number | undefined
}

const targets = 13

/** What it answers, and how long it says that it keeps the connection. */
async function ask({ name, port }: Seen): Promise<{ body: string; kept: unknown }> {
  if (name.includes('http2')) {
    const session = http2.connect(`https://localhost:${port}`, { rejectUnauthorized: false })
    let body = ''
    const stream = session.request().setEncoding('utf8')
    stream.on('data', (text: string) => (body += text))
    await once(stream, 'end')
    session.destroy()
    return { body, kept: 'timeout=65' }
  }
  const { Agent, request: begin } = name.includes('https') ? https : http
  const agent = new Agent({ keepAlive: true })
  const request = begin({ port, agent, rejectUnauthorized: false }).end()
  const [response] = (await once(request, 'response')) as [http.IncomingMessage]
  let body = ''
  for await (const chunk of response.setEncoding('utf8')) body += chunk
  agent.destroy()
  return { body, kept: response.headers['keep-alive'] }
}

for (const workers of [1, 0])
  describe(`the server (${workers ? 'a worker' : 'single mode'})`, () => {
    it('is made of every target with its options, and given to onServer before it listens', async (t) => {
      const program = start(t, 'every-target.js', { env: { OPTIONS: JSON.stringify({ workers }) } })
      const lines = () => [...program.output.matchAll(/^server: (.*)$/gm)].map(([, json]) => json!)
      await program.until(() => lines().length === targets, 'server of each target')
      const [pid] = workers ? program.workers() : [program.pid]
      for (const line of lines()) {
        const seen = JSON.parse(line) as Seen
        const { name, kind } = seen
        assert.deepEqual([seen.pid, seen.before], [pid, false], name)
        assert.equal(kind, name.includes('http2') ? 'Http2SecureServer' : 'Server', name)
        const isMade = !name.includes('http')
        assert.deepEqual([seen.timeout, seen.maxConnections], isMade ? [70_000, 100] : [0, undefined], name)
        assert.deepEqual(await ask(seen), { body: 'hello', kept: 'timeout=65' }, name)
        if (name !== 'express') continue
        const socket = new WebSocket(`ws://127.0.0.1:${seen.port}`)
        await once(socket, 'open')
        socket.send('hello')
        const [answer] = (await once(socket, 'message')) as [Buffer]
        assert.equal(String(answer), 'hello')
        socket.terminate()
      }
      program.kill('SIGTERM')
      assert.equal(await program.ends(), 0)
      assert.equal(lines().length, targets, 'each is given once')
    })

    it('does not listen when onServer fails, and the stack says why', async (t) => {
      const program = start(t, 'server-hook-fails.js', { env: { OPTIONS: JSON.stringify({ workers }) } })
      assert.equal(await program.ends(), 1)
      assert.match(program.output, /^Error: onServer failed as told\n {4}at .*server-hook-fails\.js/m)
      assert.match(program.output, /^\[clustered\] error: .*onServer failed as told$/m)
      assert.doesNotMatch(program.output, /listening on/)
    })
  })
