import assert from 'node:assert/strict'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import http2 from 'node:http2'
import path from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import type { Distribution, Metric } from '@clustered/core'
import { type Answer, get } from './support/http.ts'
import { load, mixedClients } from './support/load.ts'
import { eventually, type Program, sendSignal, start } from './support/program.ts'
import { get as raw, RawAnswers } from './support/raw-answer.ts'
import { about, sticky } from './support/sticky.ts'
import { durations, metricsOf, Scrapes, total } from './support/scrapes.ts'
import { temporaryFolder } from './support/temporary-folder.ts'

function boot(t: TestContext, options = {}, env = {}): Program {
  return start(t, 'metrics.js', {
    env: { OPTIONS: JSON.stringify({ workers: 2, reload: { soak: 50, surge: 2 }, ...options }), ...env },
  })
}

/** How often requests ended how, such as `GET 404` or `GET aborted 200`. */
function outcomes(metrics: readonly Metric[]): Record<string, number> {
  const series = metrics.find(({ name }) => name === durations)?.series as Distribution[] | undefined
  return Object.fromEntries(
    (series ?? []).map(({ labels, counts }) => {
      const { http_request_method: method, http_response_status_code: status, error_type: error } = labels
      const words = [method, error === status ? undefined : error, status]
      return [words.filter(Boolean).join(' '), counts.reduce((sum, count) => sum + count, 0)]
    }),
  )
}

async function eventuallyCounts(program: Program, expected: Record<string, number>): Promise<void> {
  const all = Object.values(expected).reduce((sum, count) => sum + count, 0)
  let metrics: Metric[] = []
  await eventually(
    async () => total((metrics = await metricsOf(program)), durations) >= all,
    JSON.stringify(expected),
  )
  assert.deepEqual(outcomes(metrics), expected)
}

describe('metrics', { concurrency: 3 }, () => {
  it('counts what clients had answered, through a reload and scaling; no counter falls at a kill', async (t) => {
    const program = boot(t)
    const port = await program.listens()
    const scrapes = new Scrapes(program)
    const clients = load(mixedClients(3, { port }, { path: '/later', expect: 'later' }))
    program.kill('SIGHUP')
    await program.sees(/reload done/)
    program.kill('SIGTTIN')
    await program.sees(/worker 2 .*is ready/)
    program.kill('SIGTTOU')
    await program.sees(/worker 2 .*is gone/)
    await clients.stop()
    assert.deepEqual(clients.failures, [])
    await scrapes.sees(clients.answered)

    const more = load(mixedClients(3, { port }, { path: '/later' }))
    await eventually(() => more.answered > 50, 'clients are served')
    const before = more.answered
    await eventually(() => more.answered > before + 50, 'clients are served')
    const since = program.output.length
    sendSignal(program.anyWorker(), 'SIGKILL')
    await program.sees(/is gone: killed by SIGKILL/, since)
    await program.sees(/worker \d .*is ready/, since)
    await more.stop()
    await scrapes.stop()
    const counted = total(scrapes.last, durations)
    assert.ok(
      counted >= clients.answered && counted <= clients.answered + more.answered + more.failures.length,
    )
    assert.ok(total(scrapes.last, 'process_cpu_seconds_total', { slot: '2' }) > 0, 'what a slot had stays')
    assert.equal(total(scrapes.last, 'process_resident_memory_bytes', { slot: '2' }), 0)
  })

  it('classifies every way in which a request can end', async (t) => {
    const program = boot(t, { workers: 1, drainTimeout: 500 }, { OWN_HTTP2: '1' })
    const port = await program.listens()
    const open = () => RawAnswers.open(port)

    await (await open()).ask(raw('/'))
    await (await open()).ask(raw('/', '', '1.1', 'HEAD'))
    await (await open()).ask(raw('/', '', '1.1', 'PROPFIND'))
    await (await open()).ask(raw('/missing'))
    await (await open()).ask(raw('/broken'))
    await (await open()).ask(raw('/chunks'))
    await (await open()).ask(raw('/', 'Content-Length: 0\r\nExpect: 100-continue\r\n', '1.1', 'POST'))
    const pipelined = await open()
    pipelined.socket.write(raw('/later') + raw('/') + raw('/missing'))
    for (const status of [200, 200, 404])
      assert.match(await pipelined.read(), new RegExp(`^HTTP/1.1 ${status}`))
    const expected: Record<string, number> = {
      'GET 200': 4,
      'HEAD 200': 1,
      '_OTHER 200': 1,
      'POST 200': 1,
      'GET 404': 2,
      'GET 500': 1,
    }

    const upgrade = (url: string): string => raw(url, 'Connection: Upgrade\r\nUpgrade: x\r\n')
    const upgraded = await open()
    assert.match(await upgraded.ask(upgrade('/')), /^HTTP\/1.1 101/)
    assert.match(await (await open()).ask(upgrade('/refused')), /^HTTP\/1.1 401/)
    Object.assign(expected, { 'GET 101': 1, 'GET 401': 1 })

    const [, h2c] = await program.sees(/h2c on (\d+)/)
    const session = http2.connect(`http://127.0.0.1:${h2c}`)
    for (const url of ['/', '/missing']) await once(session.request({ ':path': url }).resume(), 'close')
    const unwanted = session.request({ ':path': '/hang' })
    await program.sees(/hanging/)
    unwanted.close(http2.constants.NGHTTP2_CANCEL)
    Object.assign(expected, { 'GET 200': 5, 'GET 404': 3, 'GET aborted': 1 })
    session.close()

    for (const [url, line, outcome] of [
      ['/hang', /hanging/, 'GET aborted'],
      ['/half', /half sent/, 'GET aborted 200'],
    ] as const) {
      const since = program.output.length
      const gone = await open()
      gone.socket.write(raw(url))
      await program.sees(line, since)
      gone.socket.destroy()
      expected[outcome] = (expected[outcome] ?? 0) + 1
    }
    await (await open()).ask(raw('/cut')).catch(() => {})
    await eventuallyCounts(program, { ...expected, 'GET cut': 1 })

    const since = program.output.length
    const left = await open()
    left.socket.write(raw('/hang'))
    await program.sees(/hanging/, since)
    assert.match(await (await open()).ask(raw('/throw')), /^HTTP\/1.1 500/)
    upgraded.socket.end()
    await left.end()
    await program.sees(/worker 0 .*is gone/)
    await eventuallyCounts(program, { ...expected, 'GET cut': 2, 'GET 500': 2 })
  })

  it('counts what an exit cuts, and what it still answers', async (t) => {
    for (const [crash, expected] of [
      ['exit', { 'GET cut': 2 }],
      ['contain', { 'GET 503': 2 }],
    ] as const) {
      const program = boot(t, { workers: 1, crash })
      const port = await program.listens()
      const waiting = await RawAnswers.open(port)
      waiting.socket.write(raw('/hang'))
      await program.sees(/hanging/)
      await get(port, '/exit').catch(() => {})
      await eventuallyCounts(program, expected)
    }
  })

  it('asks nobody: while every worker is blocked, it takes no longer', async (t) => {
    const folder = temporaryFolder()
    const file = path.join(folder, 'until')
    const program = boot(t, {}, { BLOCKED_UNTIL: file })
    const port = await program.listens()
    const answers: Promise<Answer>[] = []
    const blocked = (): number => new Set(program.output.match(/blocking \d+/g)).size
    await eventually(() => {
      if (blocked() < 2) answers.push(get(port, '/block'))
      return blocked() === 2
    }, 'both workers are blocked')
    const asked = performance.now()
    await metricsOf(program)
    const took = performance.now() - asked
    writeFileSync(file, '')
    await Promise.all(answers)
    t.diagnostic(`${took.toFixed(1)} ms`)
    assert.ok(took < 500, `it took ${took} ms`)
  })

  it('counts a request once that one worker brings to another', async (t) => {
    const program = sticky(t, { admin: 0 }, { BY: 'header' })
    const [, admin] = await program.sees(/admin server at http:\S+:(\d+)/)
    const port = await program.listens()
    let asked = 0
    const owners = new Set<string>()
    while (owners.size < 2 || asked < 20) {
      const [owner = ''] = owners
      owners.add((await about(port, { headers: asked % 2 === 0 ? {} : { 'x-owner': owner } })).id)
      asked++
    }
    const upgrade = (owner: string): string =>
      raw('/', `Connection: Upgrade\r\nUpgrade: echo\r\nX-Owner: ${owner}\r\n`)
    for (const owner of [...owners, ...owners, ...owners]) {
      assert.match(await (await RawAnswers.open(port)).ask(upgrade(owner)), /^HTTP\/1.1 101/)
      asked++
    }
    const counted = async (): Promise<number> => {
      const { body } = await get(Number(admin), '/metrics')
      const counts = [...body.matchAll(/^http_server_request_duration_seconds_count.* (\d+)$/gm)]
      return counts.reduce((sum, [, count]) => sum + Number(count), 0)
    }
    await eventually(async () => (await counted()) >= asked, `${asked} requests`)
    assert.equal(await counted(), asked)
  })

  it('says the same in every process', async (t) => {
    const program = boot(t, { workers: 1 })
    const port = await program.listens()
    await get(port)
    const told = JSON.parse((await get(port, '/metrics')).body) as Metric[]
    assert.deepEqual(outcomes(told), { 'GET 200': 1 })
    await eventuallyCounts(program, { 'GET 200': 2 })

    const single = boot(t, { workers: 0 })
    await get(await single.listens())
    const metrics = await metricsOf(single)
    assert.deepEqual(outcomes(metrics), { 'GET 200': 1 })
    assert.ok(total(metrics, 'process_cpu_seconds_total', { slot: '0' }) > 0)
  })

  it('has none with metrics: false', async (t) => {
    const program = boot(t, { workers: 1, metrics: false })
    assert.equal((await get(await program.listens(), '/metrics')).body, '"ERR_CLUSTERED_NO_METRICS"')
  })
})
