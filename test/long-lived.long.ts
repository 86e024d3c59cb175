import assert from 'node:assert/strict'
import { describe, it, type TestContext } from 'node:test'
import undici from 'undici'
import { WebSocket } from 'ws'
import { get } from './support/http.ts'
import {
  eventStream,
  eventStream2,
  type LastingClient,
  socketIoClient,
  talker,
} from './support/lasting-clients.ts'
import { load, nodeClients } from './support/load.ts'
import { eventually, type Program, start } from './support/program.ts'

/** In ms. It takes less than 2 s on a machine that has time; what has no goodbye takes 9. */
const longestDrain = 5000

interface Started {
  program: Program
  port: number
  clients: readonly LastingClient[]
}

/** One of each kind that is busy all the time, and one that is quiet for longer than a goodbye takes. */
const paces = [50, 700]

async function boot(t: TestContext, options: object): Promise<Started> {
  const program = start(t, 'lasting.js', {
    env: { OPTIONS: JSON.stringify({ workers: 2, reload: { soak: 50 }, ...options }) },
  })
  const port = await program.listens()
  const at = async (name: string) => Number((await program.sees(new RegExp(`${name} at (\\d+)\\.`)))[1])
  const [websocket, secure, h2c] = [await at('websocket'), await at('secure'), await at('h2c')]
  const url = (place: number, path: string, every: number) => `ws://127.0.0.1:${place}/${path}?every=${every}`
  const clients = paces.flatMap((every) => [
    talker('ws, of ws', () => new WebSocket(url(port, 'ws', every)), every),
    talker('ws, of undici', () => new undici.WebSocket(url(port, 'ws', every)), every),
    talker('faye-websocket, of ws', () => new WebSocket(url(port, 'faye', every)), every),
    talker('websocket, of ws', () => new WebSocket(url(websocket, '', every)), every),
    talker('websocket, of undici', () => new undici.WebSocket(url(websocket, '', every)), every),
    talker(
      'ws over TLS, of ws',
      () => new WebSocket(`wss://127.0.0.1:${secure}/?every=${every}`, { rejectUnauthorized: false }),
      every,
    ),
    socketIoClient(port, every),
    eventStream(port, every),
    eventStream2(`https://127.0.0.1:${secure}`, every),
    eventStream2(`http://127.0.0.1:${h2c}`, every),
  ])
  t.after(() => clients.forEach((client) => client.stop()))
  return { program, port, clients }
}

/** Every client is connected, and each of the workers that drained has gone. */
async function settle({ program, clients }: Started, drains: number): Promise<void> {
  await program.until(() => program.output.split('drain of ').length > drains, `${drains} drains`)
  const areOpen = () => clients.every((client) => client.isOpen)
  await eventually(areOpen, 'all are connected').catch((error: Error) => {
    const seen = clients.map(({ name, isOpen, ends, faults }) =>
      [name, isOpen, ends, faults.slice(0, 9)].join('; '),
    )
    throw new Error(`${error.message}:\n${seen.join('\n')}\n${program.output}`)
  })
}

function checkEnds(clients: readonly LastingClient[]): void {
  for (const { name, ends, faults } of clients) {
    assert.deepEqual(faults, [], name)
    const good = name.startsWith('event stream') ? 'complete' : '1012'
    assert.deepEqual(
      ends,
      ends.map(() => good),
      name,
    )
  }
}

function checkDrains(t: TestContext, program: Program): void {
  const times = [...program.output.matchAll(/drain of \d+: (\d+) ms, drained/g)].map(([, ms]) => Number(ms))
  const text = `drains in ${times.join(', ')} ms`
  assert.ok(
    times.every((time) => time < longestDrain),
    text,
  )
  assert.doesNotMatch(program.output, /BROKEN/)
  t.diagnostic(text)
}

describe('clients that stay connected', { concurrency: true }, () => {
  it('are told to come back, and do, in every event in which a worker leaves', async (t) => {
    const started = await boot(t, {})
    const { program, port, clients } = started
    const asking = load([
      ...nodeClients(2, { port }, { path: '/' }),
      ...nodeClients(2, { port }, { path: '/long-poll' }),
    ])
    t.after(() => asking.stop())
    await settle(started, 0)

    for (let reload = 1; reload <= 2; reload++) {
      program.kill('SIGHUP')
      await settle(started, 2 * reload)
      assert.ok(clients.every(({ ends }) => ends.length >= reload))
    }
    program.kill('SIGTTIN')
    await program.sees(/scale to 3[^]*is ready/)
    program.kill('SIGTTOU')
    await settle(started, 5)
    assert.equal((await get(port, '/crash')).status, 500)
    await settle(started, 6)
    process.kill(program.workers()[0]!, 'SIGTERM')
    await settle(started, 7)

    await asking.stop()
    assert.deepEqual(asking.failures, [])
    for (const client of clients) client.stayAway = true
    program.kill('SIGTERM')
    assert.equal(await program.ends(), 0)
    await eventually(() => !clients.some((client) => client.isOpen), 'all are gone')
    checkEnds(clients)
    checkDrains(t, program)
    t.diagnostic(
      `${sum(clients.map(({ ends }) => ends.length))} ends, ${sum(clients.map(({ messages }) => messages))} messages`,
    )
  })

  it('are told to come back when workers are recycled', async (t) => {
    const started = await boot(t, { maxAge: 4000, maxRequests: 100 })
    const { program, port, clients } = started
    const asking = load(nodeClients(1, { port }, { path: '/long-poll' }))
    t.after(() => asking.stop())
    await program.sees(/drains: maxAge/)
    await settle(started, 2)
    await asking.stop()
    assert.deepEqual(asking.failures, [])
    checkEnds(clients)
    checkDrains(t, program)
  })
})

const sum = (numbers: readonly number[]) => numbers.reduce((one, other) => one + other, 0)
