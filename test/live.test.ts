import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { get } from './support/http.ts'
import { LiveReader, openLive } from './support/live.ts'
import { eventually } from './support/program.ts'

const token = 'a-token-of-the-admin-port'

describe('the live stream', () => {
  it('tells all at first, then what changes, to 32 readers at most, and requests do not notice', async (t) => {
    const shop = await openLive(t, { hangTimeout: 3500, lagWarning: 500, admin: { port: 0, token } })
    const [, adminPort] = await shop.program.sees(/admin server at http:\/\/127\.0\.0\.1:(\d+)/)
    const admin = (headers: Record<string, string>) =>
      LiveReader.open({ port: Number(adminPort), path: '/v1/live', headers })
    const [anybody, operator] = await Promise.all([admin({}), admin({ Authorization: `Bearer ${token}` })])
    for (const [one, mayChange] of [
      [anybody, false],
      [operator, true],
    ] as const) {
      assert.equal((await one.hears('program')).mayChange, mayChange)
      t.after(() => one.leave())
    }
    assert.deepEqual(await shop.ask('HEAD', '/v1/live'), { status: 200, text: '' })
    const readers = await Promise.all(Array.from({ length: 50 }, () => LiveReader.open(shop.socket)))
    t.after(() => readers.forEach((one) => one.leave()))
    const told = readers.filter(({ status }) => status === 200)
    const refused = readers.filter(({ status }) => status === 503)
    assert.deepEqual([told.length, refused.length], [30, 20])
    const { error } = JSON.parse(await refused[0]!.text()) as { error: { code: string; message: string } }
    assert.equal(error.code, 'ERR_CLUSTERED_BAD_REQUEST')
    assert.match(error.message, /^32 read the live stream/)
    // Neither can more at the other port.
    assert.equal((await admin({})).status, 503)
    // Some of them do not read.
    for (const one of told.slice(0, 8)) one.pause()
    const reader = told[8]!

    const program = await reader.hears('program')
    assert.equal(reader.events[0]!.name, 'program')
    assert.equal(program.mayChange, true)
    assert.deepEqual(
      [program.status.name, program.status.state, program.status.workers.length],
      ['shop', 'ready', 2],
    )
    assert.ok(program.happened.some(({ event, level }) => event === 'listening' && level === 'info'))

    const clients = shop.load()
    // Readers do not keep commands out.
    assert.equal((await shop.ask('POST', '/v1/reload')).status, 200)
    await reader.hears('status', ({ lastReload }) => lastReload?.state === 'under way')
    await reader.hears('status', ({ lastReload, generation, workers }) => {
      const isDone = lastReload?.state === 'done' && generation === 2
      return isDone && workers.length === 2 && workers.every((worker) => worker.generation === 2)
    })
    for (const event of ['reload:start', 'worker:ready', 'worker:drain', 'worker:exit', 'reload:done'])
      await reader.hears('happened', (happening) => happening.event === event)
    const ready = await reader.hears('happened', ({ event }) => event === 'worker:ready')
    assert.ok(shop.program.output.includes(`[clustered] ${ready.text}\n`), 'in the words of the log')
    const sample = await reader.hears('sample', ({ requests, p99 }) => requests > 0 && p99 !== null)
    assert.ok(sample.connections > 0 && sample.rss > 0 && sample.ready === 2)
    await clients.stop()
    assert.deepEqual(clients.failures, [])
    assert.ok(clients.answered > 20)

    assert.equal((await get(shop.port, '/throw?secret=1')).status, 500)
    await reader.hears('sample', ({ errors }) => errors > 0)
    const crash = await reader.hears('fault', ({ kind }) => kind === 'crash')
    assert.equal(crash.what, 'Error: crashed as told')
    assert.equal(crash.request, 'GET /throw?…', 'its query may be secret')
    assert.match(crash.stack, /^Error: crashed as told\n {4}at .*server\.js:\d+/)

    get(shop.port, '/spin?secret=1').catch(() => {})
    const lag = await reader.hears('fault', ({ kind }) => kind === 'lag')
    assert.match(lag.what, /^has not turned its event loop for \d+ ms$/)
    const hung = await reader.hears('fault', ({ kind }) => kind === 'hung')
    assert.equal(hung.request, 'GET /spin?…')
    assert.match(hung.stack, /^ {4}at spin \(.*server\.js:\d+/)
    await reader.hears('happened', ({ event, text }) => event === 'worker:exit' && text.includes('hung for'))
    assert.ok(!JSON.stringify(reader.events).includes('secret'))

    // Whoever comes in the place of one that has left is told what was.
    told[29]!.leave()
    let late = refused[0]!
    await eventually(async () => {
      late = await LiveReader.open(shop.socket)
      return late.status === 200
    }, 'a place that one left is free')
    const { faults, samples, happened } = await late.hears('program')
    assert.deepEqual(faults.map(({ kind }) => kind).toSorted(), ['crash', 'hung', 'lag'])
    assert.ok(samples.length >= 2 && happened.some(({ event }) => event === 'worker:hung'))

    assert.equal((await shop.ask('POST', '/v1/close')).status, 202)
    for (const one of [reader, late]) {
      assert.equal(await one.ended, 'complete')
      const last = one.events.at(-1)!
      assert.equal(last.name, 'status')
      assert.deepEqual([last.data.state, last.data.workers], ['closing', []])
    }
    assert.equal(await shop.program.ends(), 0)
  })
})
