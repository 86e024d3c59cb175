import assert from 'node:assert/strict'
import http from 'node:http'
import { describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { get } from './support/http.ts'
import { load, nodeClients } from './support/load.ts'
import { Collector } from './support/otlp.ts'
import { freePort } from './support/port.ts'
import { eventually, type Program, start } from './support/program.ts'
import { supervise } from './support/supervised.ts'

const requests = 'http.server.request.duration'

function exportingTo(port: number): Record<string, string> {
  return {
    OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}`,
    OTEL_METRIC_EXPORT_INTERVAL: '100',
    OTEL_METRIC_EXPORT_TIMEOUT: '3000',
    OTEL_SERVICE_NAME: 'shop',
  }
}

async function ask(port: number, count: number): Promise<void> {
  for (let asked = 0; asked < count; asked++) assert.equal((await get(port)).body, 'hello')
}

interface Metric {
  name: string
  unit: string
  isMonotonic?: boolean
  points: { attributes: Record<string, unknown>; value: number | Buckets }[]
}

interface Buckets {
  count: number
  counts: number[]
}

interface Span {
  name: string
  id: string
  parent?: string
  attributes: Record<string, unknown>
  failure?: string
  exceptions: string[]
  ms: number
}

function said<Thing>(program: Program, what: string): Thing[] {
  return [...program.output.matchAll(new RegExp(`^${what} (.*)$`, 'gm'))].map(
    ([, json]) => JSON.parse(json!) as Thing,
  )
}

// Each waits most of the time.
describe('OpenTelemetry', { concurrency: true }, () => {
  it('is told by OTLP what clients had answered, through an absent collector, a reload, a kill and a stop', async (t) => {
    const at = await freePort()
    const collector = new Collector(t)
    const program = start(t, 'server.js', {
      env: { OPTIONS: '{"workers":2,"reload":{"soak":0}}', ...exportingTo(at) },
    })
    const port = await program.listens()
    await program.sees(/metrics do not reach http:\S+: .*ECONNREFUSED/)
    await ask(port, 5)
    await collector.listen(at)
    await program.sees(/metrics reach \S+ again/)
    await collector.until(requests, 5)
    const unnamed = [...collector.told.keys()].filter(
      (name) => !/^(http|nodejs|v8js|process|clustered)\./.test(name),
    )
    assert.deepEqual(unnamed, [], 'all have names of OpenTelemetry')

    const clients = load(nodeClients(2, { port }, { expect: 'hello' }))
    program.kill('SIGHUP')
    await program.sees(/reload done/)
    await clients.stop()
    assert.deepEqual(clients.failures, [])
    let answered = 5 + clients.answered
    await collector.until(requests, answered)

    process.kill(program.anyWorker()!, 'SIGKILL')
    await program.sees(/is gone: killed by SIGKILL[^]*is ready/)
    await ask(port, 5)
    answered += 5
    await collector.until(requests, answered)
    await collector.until('clustered.worker.exits', 3)

    await ask(port, 5)
    program.kill('SIGTERM')
    assert.equal(await program.ends(), 0)
    await collector.until(requests, answered + 5)
    await collector.until('clustered.worker.exits', 5)
    assert.equal(program.output.match(/metrics do not reach/g)?.length, 1)
    const exporters = new Set(collector.resources.map((resource) => resource['service.instance.id']))
    assert.equal(exporters.size, 1)
    assert.equal(collector.resources[0]!['process.pid'], program.pid)
    assert.equal(collector.resources[0]!['service.name'], 'shop')
  })

  it('is not told a second time what an SDK in workers measures, and holds up no end', async (t) => {
    const at = await freePort()
    const collector = new Collector(t)
    await collector.listen(at)
    const program = supervise(t, '../otel/measured.mjs', exportingTo(at), { workers: 1 })
    const agent = new http.Agent({ keepAlive: true })
    assert.equal((await get(await program.listens(), '/', agent)).body, 'hello')
    await collector.until('clustered.connections', 1)
    agent.destroy()
    // What the worker says of that, it says together with, or after, what it has to say of the request.
    await eventually(() => collector.sum('clustered.connections') === 0, 'no connection')
    assert.equal(collector.told.has(requests), false)
    assert.deepEqual([...collector.told.get('process.cpu.time')!.keys()], ['{"clustered.slot":"primary"}'])
    assert.deepEqual(collector.wrong, [])

    collector.isSilent = true
    program.kill('SIGTERM')
    await program.sees(/worker 0 .* is gone/)
    const began = performance.now()
    assert.equal(await program.ends(), 0)
    assert.ok(performance.now() - began < 5000)
  })

  it('has the figures as instruments of an SDK in the primary, and what happens as spans; and nothing twice', async (t) => {
    const at = await freePort()
    const collector = new Collector(t)
    await collector.listen(at)
    const telemetry = fileURLToPath(new URL('../fixtures/otel/telemetry.mjs', import.meta.url))
    const program = start(t, 'server.js', {
      nodeArgs: ['--import', telemetry],
      env: {
        OPTIONS: '{"workers":1,"hangTimeout":2500,"lagWarning":0,"reload":{"soak":0}}',
        ...exportingTo(at),
      },
    })
    const port = await program.listens()
    await ask(port, 5)
    program.kill('SIGHUP')
    await program.sees(/reload done[^]*span .*clustered reload[^]*span .*clustered drain/)
    assert.equal((await get(port, '/throw')).status, 500)
    await program.sees(/span .*clustered crash/)
    await assert.rejects(get(port, '/spin'))
    await program.sees(/span .*clustered hang/)
    program.kill('SIGTERM')
    assert.equal(await program.ends(), 0)

    const spans = said<Span>(program, 'span')
    const [reload] = spans.filter(({ name }) => name === 'clustered reload')
    assert.equal(reload!.attributes['clustered.generation'], 2)
    const parts = spans.filter(({ parent }) => parent === reload!.id)
    assert.deepEqual(parts.map(({ name }) => name).toSorted(), ['clustered boot', 'clustered drain'])
    const [crash, hang] = ['crash', 'hang'].map((name) =>
      spans.find((span) => span.name === `clustered ${name}`)!,
    )
    assert.deepEqual(crash!.exceptions, ['crashed as told'])
    assert.equal(hang!.attributes['clustered.request'], 'GET /spin')
    assert.match(String(hang!.attributes['code.stacktrace']), /at spin /)
    assert.ok(hang!.ms >= 2500 && hang!.failure !== undefined)

    const last = new Map(said<Metric>(program, 'metric').map((metric) => [metric.name, metric]))
    assert.equal(last.get('process.memory.usage')!.unit, 'By')
    const { points: reloads } = last.get('clustered.reloads')!
    const done = reloads.find(({ attributes }) => attributes['clustered.reload.outcome'] === 'done')
    assert.equal(done?.value, 1)
    const whole = last.get(requests)!.points.map(({ value }) => value as Buckets)
    assert.ok(whole.every(({ counts }) => counts.length === 15))
    const answered = whole.reduce((sum, { count }) => sum + count, 0)
    assert.ok(answered >= 5)
    const { isMonotonic, points } = last.get(`${requests}.count`)!
    assert.equal(isMonotonic, true)
    assert.equal(
      points.reduce((sum, { value }) => sum + (value as number), 0),
      answered,
    )
    assert.equal(collector.exports, 0)
  })
})
