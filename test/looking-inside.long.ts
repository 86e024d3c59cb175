import assert from 'node:assert/strict'
import { once } from 'node:events'
import { readFileSync, statSync } from 'node:fs'
import http from 'node:http'
import http2 from 'node:http2'
import net from 'node:net'
import path from 'node:path'
import { describe, it } from 'node:test'
import { WebSocket } from 'ws'
import { eventuallyStanding, interrupt, says, Shop } from './support/inside.ts'
import { freePort } from './support/port.ts'
import { eventually } from './support/program.ts'

interface Requests {
  requests: { path: string; age: number; slot: number; route?: string; protocol: string; client: string }[]
  total: number
  eventStreams: number
  upgraded: number
  workers: { loop: string; lastKnown: { inFlight: number; ago: number } }[]
}

describe('a look inside workers', () => {
  it('says where each is, and what is in flight, of every kind', async (t) => {
    const h2Port = await freePort()
    const shop = await Shop.open(t, { hangTimeout: 0, lagWarning: 0 }, { H2_PORT: String(h2Port) })
    const { desk } = shop
    const order = shop.hold('/orders/7')
    const session = http2.connect(`http://localhost:${h2Port}`)
    session.on('error', () => {})
    session.request({ ':path': `/over?until=${path.join(desk.root, 'over')}` }).on('error', () => {})
    const events = http.get({ port: shop.port, path: '/events', agent: false })
    events.on('error', () => {})
    await once(events, 'response')
    const webSocket = new WebSocket(`ws://localhost:${shop.port}/chat`)
    await once(webSocket, 'message')
    t.after(() => {
      for (const open of [session, events]) open.destroy()
      webSocket.terminate()
    })

    let seen = await desk.json<Requests>('requests', 'shop')
    // Of their age at least that second is known that they have been seen in.
    await eventually(async () => {
      seen = await desk.json<Requests>('requests', 'shop')
      return seen.requests.length === 2 && seen.requests.every(({ age }) => age >= 1000)
    }, 'both requests are old')
    const [first, second] = seen.requests.toSorted((one, other) => one.path.localeCompare(other.path))
    assert.equal(first!.path, '/orders/7?…', 'its query may be secret')
    assert.equal(first!.route, '/orders/:id')
    assert.match(first!.client, /127\.0\.0\.1|::1/)
    assert.equal(second!.path, '/over?…')
    assert.equal(second!.protocol, 'HTTP/2')
    assert.deepEqual([seen.total, seen.eventStreams, seen.upgraded], [2, 1, 1])
    assert.match((await desk.run('requests', 'shop', '--query')).stdout, /GET \/orders\/7\?until=\//)

    const [, standing] = [shop.hold('/spin'), await eventuallyStanding(shop)]
    assert.match(standing.stack![0]!, /^spin \(file:.*inside\.js:\d+:\d+\)$/)
    assert.equal(standing.look!.request, 'GET /spin?…')
    const text = (await desk.run('stack', 'shop')).stdout
    assert.match(text, /stands still for \d+ ms, on GET \/spin\?…\n {4}at spin \(file:/)
    assert.match(text, /slot \d .*its loop turns, \d+ % busy; /)
    const blocked = await desk.json<Requests>('requests', 'shop')
    const spinning = blocked.requests.find((request) => request.path.startsWith('/spin'))
    assert.ok(spinning!.age >= 200, 'since the loop has turned at least')
    for (const command of ['heap', 'inspect'])
      assert.match(
        (await desk.run(command, 'shop', '--slot', String(standing.slot))).stderr,
        /stands still, and can do nothing else.* \(ERR_CLUSTERED_WORKER_BLOCKED\)/,
      )
    order.release()
    assert.equal((await order.answer.catch(() => ({ body: 'held by the other' }))).body.length > 0, true)
  })

  it('records a profile and a heap snapshot under load, and opens the inspector: no request fails', async (t) => {
    const shop = await Shop.open(t)
    const { desk } = shop
    const clients = shop.load()
    const worst: string[] = []

    const profile = await desk.run('profile', 'shop', '--slot', '0', '--seconds', '1', '-o', 'its.cpuprofile')
    assert.equal(profile.code, 0, profile.stderr)
    const { nodes, samples, timeDeltas, startTime, endTime } = JSON.parse(
      readFileSync(shop.file('its.cpuprofile'), 'utf8'),
    ) as {
      nodes: { id: number }[]
      samples: number[]
      timeDeltas: number[]
      startTime: number
      endTime: number
    }
    const ids = new Set(nodes.map(({ id }) => id))
    assert.ok(samples.length > 100 && samples.every((id) => ids.has(id)))
    assert.equal(timeDeltas.length, samples.length)
    assert.ok(endTime - startTime >= 900_000, 'microseconds')
    assert.equal(statSync(shop.file('its.cpuprofile')).mode & 0o777, 0o600)
    worst.push(`profile: ${Math.round(clients.worst)} ms`)

    const before = readFileSync(shop.file('its.cpuprofile'))
    const again = await desk.run('heap', 'shop', '--slot', '0', '-o', 'its.cpuprofile')
    assert.match(again.stderr, /is there already, and is left as it is.* \(ERR_CLUSTERED_FILE\)/)
    assert.deepEqual(readFileSync(shop.file('its.cpuprofile')), before)

    const heap = await desk.json<{ file: string; paused: number }>('heap', 'shop', '--slot', '0')
    assert.equal(path.dirname(heap.file), desk.project)
    assert.ok('snapshot' in (JSON.parse(readFileSync(heap.file, 'utf8')) as object))
    assert.equal(statSync(heap.file).mode & 0o777, 0o600)
    worst.push(`heap (${heap.paused} ms): ${Math.round(clients.worst)} ms`)

    const inspecting = desk.spawn(['inspect', 'shop', '--slot', '0'])
    const [, url] = await says(inspecting, /(ws:\/\/127\.0\.0\.1:\d+\/\S+)/)
    const busy = await desk.run('profile', 'shop', '--slot', '0')
    assert.match(busy.stderr, /one at a time\. \(ERR_CLUSTERED_WORKER_BUSY\)/)
    const debuggerSocket = new WebSocket(url!)
    await once(debuggerSocket, 'open')
    const closed = once(debuggerSocket, 'close')
    assert.equal(await interrupt(inspecting), 0)
    await closed
    await assert.rejects(once(net.connect(Number(new URL(url!).port), '127.0.0.1'), 'connect'), {
      code: 'ECONNREFUSED',
    })

    const pid = await shop.pidOf(0)
    const replaced = await desk.run('replace', 'shop', '--slot', '0')
    assert.match(
      replaced.stdout,
      /is ready after \d+ ms\n.*drains: replace\ndone: slot 0 of shop has pid \d+/,
    )
    assert.notEqual(await shop.pidOf(0), pid)
    await clients.stop()
    assert.deepEqual(clients.failures, [])
    assert.deepEqual(shop.files.toSorted(), [path.basename(heap.file), 'its.cpuprofile'].toSorted())
    t.diagnostic(
      `${clients.answered} requests, 0 failed; the longest answer until then, after each: ${worst.join(', ')}, all: ${Math.round(clients.worst)} ms`,
    )
  })

  it('leaves nothing behind when the operator goes, or the worker', async (t) => {
    const shop = await Shop.open(t)
    const { desk } = shop
    const watching = ['profile', 'shop', '--slot', '1', '--seconds', '60', '-o', 'never.cpuprofile']
    const left = desk.spawn(watching)
    await says(left, /is watched for 60 s/)
    await eventually(() => shop.files.some((name) => name.endsWith('.part')), 'it has begun')
    await interrupt(left)
    await eventually(() => shop.files.length === 0, 'its file is gone')

    const killed = desk.spawn(watching)
    const error = says(killed, /the worker is gone\. \(ERR_CLUSTERED_WORKER_GONE\)/)
    await eventually(() => shop.files.some((name) => name.endsWith('.part')), 'it has begun again')
    process.kill(await shop.pidOf(1), 'SIGKILL')
    await error
    assert.deepEqual(shop.files, [])
  })

  it('says what is wrong', async (t) => {
    const { desk } = await Shop.open(t)
    for (const [args, message, code] of [
      [
        ['stack', 'shop', '--slot', '2'],
        /there is no slot 2\. There is: slots 0 to 1\. \(ERR_CLUSTERED_NO_SLOT\)/,
        1,
      ],
      [['requests', 'shop', '--slot', 'one'], /--slot one is not a slot.* \(ERR_CLUSTERED_USAGE\)/, 2],
      [['heap', 'shop'], /shop has 2 slots\. Say which: .*--slot 0 \(ERR_CLUSTERED_USAGE\)/, 2],
      [['profile', 'shop', '--slot', '0', '--seconds', '-1'], /expected a number above 0/, 2],
      [
        ['heap', 'shop', '--slot', '0', '-o', 'no/folder/x'],
        /There is no folder .* \(ERR_CLUSTERED_FILE\)/,
        1,
      ],
      [['profile', 'shop', '--slot', '0', '--seconds', '1', '-o', '/proc/x'], /\(ERR_CLUSTERED_FILE\)/, 1],
    ] as const) {
      const ran = await desk.run(...args)
      assert.equal(ran.code, code, args.join(' '))
      assert.match(ran.stderr, message)
    }
  })
})
