import assert from 'node:assert/strict'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import http from 'node:http'
import net from 'node:net'
import { it, type TestContext } from 'node:test'
import { get } from './support/http.ts'
import { isAlive, start } from './support/program.ts'
import { RawAnswers } from './support/raw-answer.ts'
import { temporaryFolder } from './support/temporary-folder.ts'

async function startApp(t: TestContext) {
  const program = start(t, 'error-handlers.js', { env: { OPTIONS: JSON.stringify({ workers: 1 }) } })
  return { program, port: await program.listens() }
}

/** Sends bytes, and reads all that comes back. */
async function exchange(port: number, bytes: string): Promise<() => Promise<string>> {
  const socket = net.connect(port, '127.0.0.1')
  let received = ''
  socket.setEncoding('utf8').on('data', (text: string) => (received += text))
  socket.on('error', () => {})
  const closed = once(socket, 'close')
  await once(socket, 'connect')
  socket.write(bytes)
  return async () => {
    await closed
    return received
  }
}

const head = (method: string, path: string, more = '') =>
  `${method} ${path} HTTP/1.1\r\nHost: a\r\n${more}\r\n`

it('answers what is in flight with a 503 when the app calls process.exit()', async (t) => {
  const { program, port } = await startApp(t)
  const clients = 60
  const agent = new http.Agent({ keepAlive: true })
  await Promise.all(Array.from({ length: 20 }, () => get(port, '/pid', agent)))
  const answers = Array.from({ length: clients }, (_, nth) =>
    get(port, '/never', nth % 2 ? agent : false).catch((error: NodeJS.ErrnoException) => error.code),
  )
  const halves = await Promise.all([
    exchange(port, head('POST', '/never', 'Content-Length: 100\r\n') + 'half of it'),
    // More than the app, which does not read it, has taken from the kernel.
    exchange(port, head('POST', '/never', 'Content-Length: 9000000\r\n') + 'x'.repeat(400_000)),
    exchange(port, head('POST', '/never', 'Transfer-Encoding: chunked\r\n') + '4\r\nhalf\r\n'),
  ])
  const heads = await exchange(port, head('HEAD', '/never'))
  const pipelined = await exchange(port, head('GET', '/never') + head('GET', '/never'))
  const begun = await exchange(port, head('GET', '/big'))
  await program.until(
    () => program.output.match(/never begins/g)?.length === clients + halves.length + 3,
    'requests that have all begun',
  )
  assert.equal((await get(port, '/exit')).status, 503)
  for (const answer of await Promise.all(answers)) {
    assert.ok(typeof answer === 'object', JSON.stringify(answer))
    assert.equal(answer.status, 503)
    assert.equal(answer.headers['retry-after'], '1')
    assert.equal(answer.headers.connection, 'close')
    assert.equal(answer.body, 'Service Unavailable\n')
  }
  for (const half of halves) assert.match(await half(), /^HTTP\/1\.1 503 .*Service Unavailable\n$/s)
  assert.match(await heads(), /^HTTP\/1\.1 503 .*\r\n\r\n$/s)
  assert.equal((await pipelined()).match(/HTTP\/1\.1/g)?.length, 1, 'a follower does not jump the queue')
  assert.doesNotMatch(await begun(), /503/)
  agent.destroy()
  await program.sees(/is gone: exit code 9/)
})

for (const TLS of [undefined, 'yes'])
  it(`closes what is idle as soon as it exits, however long the process takes to end (TLS: ${TLS ?? 'no'})`, async (t) => {
    const folder = temporaryFolder()
    const GO = `${folder}/go`
    const OPTIONS = JSON.stringify({ workers: 1, migrate: false })
    const program = start(t, 'ends-slowly.js', { env: { OPTIONS, GO, TLS } })
    const port = await program.listens()
    const open = () => RawAnswers.open(port, TLS ? { rejectUnauthorized: false } : undefined)
    // The worker has the fresh one when it has answered on those that came after it.
    const [fresh, exiting, unread, ofHead, idle] = [
      await open(),
      await open(),
      await open(),
      await open(),
      await open(),
    ]
    const [pid] = program.workers()
    for (const kept of [exiting, unread, ofHead, idle])
      assert.ok((await kept.ask(head('GET', '/'))).endsWith(String(pid)))
    exiting.socket.write(head('GET', '/exit'))
    await program.sees(/about to exit/)
    // Its process reads nothing any more.
    for (const [{ socket }, request] of [
      [unread, head('GET', '/')],
      [ofHead, head('HEAD', '/')],
    ] as const)
      await new Promise((resolve) => socket.write(request, resolve))
    writeFileSync(GO, '')
    for (const { socket } of [idle, fresh]) if (!socket.closed) await once(socket, 'close')
    if (!TLS) {
      for (const answered of [exiting, unread])
        assert.match(await answered.read(), /^HTTP\/1\.1 503 .*Service Unavailable\n$/s)
      assert.match(await ofHead.read(true), /^HTTP\/1\.1 503 .*\r\n\r\n$/s)
    }
    assert.ok(isAlive(pid!), 'it has not ended yet')
    await program.sees(/is gone: exit code 9[^]*is ready/)
  })

it('leaves an exit after a drain alone', async (t) => {
  const { program, port } = await startApp(t)
  const slow = get(port, '/slow')
  await program.sees(/slow request begins/)
  program.kill('SIGTERM')
  assert.equal((await slow).body, 'slow')
  assert.equal(await program.ends(), 0)
})
