import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import type { WorkerMetric } from '../metric.ts'
import { Collector } from './collector.ts'
import { type MetricsRegistry, Registries } from './registries.ts'

interface Fake {
  name: string
  type?: string
  aggregator?: string
  values?: unknown
  collect?: () => unknown
}

/** One metric of prom-client. */
function fake({ name, type = 'counter', collect, values = [{ value: 1, labels: {} }], ...rest }: Fake) {
  return {
    name,
    async get() {
      await collect?.()
      return { name, help: name, type, values, ...rest }
    },
  }
}

function registryOf(...metrics: { name: string; get(): unknown }[]) {
  return {
    metrics,
    _defaultLabels: {},
    getMetricsAsArray: () => metrics,
    getMetricsAsJSON: () => Promise.all(metrics.map((metric) => metric.get())),
  }
}

function collectorOf(...registries: MetricsRegistry[]) {
  const told: WorkerMetric[] = []
  const problems: string[] = []
  const collector = new Collector({
    registries: () => registries,
    tell: (metrics) => told.push(...metrics),
    report: (problem) => problems.push(problem),
  })
  return { collector, told, problems, names: () => told.map(({ name }) => name) }
}

const never = () => new Promise(() => {})

describe("the app's metrics", () => {
  it('are told when they have changed', async () => {
    const values = [{ value: 1, labels: {} }]
    const { collector, told } = collectorOf(registryOf(fake({ name: 'a_total', values })))
    await collector.finish()
    await collector.finish()
    values[0]!.value = 2
    await collector.finish()
    assert.deepEqual(
      told.flatMap((metric) => metric.series.map((one) => 'value' in one && one.value)),
      [1, 2],
    )
  })

  it('are each collected by themselves: one that throws, hangs or is slow keeps back no other', async () => {
    const registry = registryOf(
      fake({ name: 'hangs', collect: never }),
      fake({ name: 'rejects', collect: () => Promise.reject(new Error('no database')) }),
      { name: 'throws', get: () => assert.fail('not even a promise') },
      fake({ name: 'slow', collect: () => sleep(50) }),
      fake({ name: 'good' }),
    )
    const { collector, names, problems } = collectorOf(registry)
    await collector.collect()
    await sleep(200)
    assert.deepEqual(names(), ['good', 'slow'])
    await collector.collect(performance.now() + 11_000)
    assert.deepEqual(problems, [
      'prom-client: the metric rejects cannot be collected: Error: no database',
      'prom-client: the metric throws cannot be collected: AssertionError: not even a promise',
      'prom-client: the metric hangs has been collecting for 10 s: what it had is kept',
    ])
  })

  it('that take long rest for long', async () => {
    let calls = 0
    const { collector } = collectorOf(registryOf(fake({ name: 'slow', collect: () => (calls++, sleep(40)) })))
    await collector.collect()
    await sleep(60)
    const soon = performance.now() + 1000
    await collector.collect(soon)
    assert.equal(calls, 1)
    await collector.collect(soon + 10_000)
    assert.equal(calls, 2)
  })

  it('are not waited for at the end for longer than a moment', async () => {
    const { collector, names } = collectorOf(
      registryOf(fake({ name: 'hangs', collect: never }), fake({ name: 'good' })),
    )
    const begun = performance.now()
    await collector.finish()
    assert.ok(performance.now() - begun < 5000)
    assert.deepEqual(names(), ['good'])
  })

  it('are there once, in however many registries they are', async () => {
    const shared = fake({ name: 'a' })
    const other = fake({ name: 'a', values: [{ value: 100, labels: {} }] })
    const { collector, told } = collectorOf(
      registryOf(shared),
      registryOf(shared, fake({ name: 'b' })),
      registryOf(other),
    )
    await collector.finish()
    await collector.finish()
    assert.deepEqual(
      told.map(({ name, series }) => [name, series]),
      [
        ['a', [{ labels: {}, value: 1 }]],
        ['b', [{ labels: {}, value: 1 }]],
      ],
    )
  })

  it('of names that are ours are left out, and the log says so of those that say something else', async () => {
    const { collector, names, problems } = collectorOf(
      registryOf(
        ...['process_cpu_seconds_total', 'http_server_active_requests', 'mine'].map((name) => fake({ name })),
      ),
    )
    await collector.finish()
    await collector.finish()
    assert.deepEqual(names(), ['mine'])
    assert.deepEqual(problems, [
      'prom-client: the metric http_server_active_requests is left out: Clustered has one of that name',
    ])
  })

  it('that are removed are gone, gauges only', async () => {
    const registry = registryOf(fake({ name: 'gauge', type: 'gauge' }), fake({ name: 'counter' }))
    const { collector, told } = collectorOf(registry)
    await collector.finish()
    told.length = 0
    registry.metrics.length = 0
    await collector.finish()
    assert.deepEqual(
      told.map(({ name, series }) => [name, series]),
      [['gauge', [{ labels: {}, value: NaN }]]],
    )
  })

  it('of a registry that is not quite one of prom-client are taken as JSON', async () => {
    const registry = {
      getMetricsAsJSON: async () => [{ name: 'a', help: '', type: 'counter', values: [{ value: 3 }] }],
    }
    const { collector, names } = collectorOf(registry)
    await collector.finish()
    assert.deepEqual(names(), ['a'])
  })
})

describe('the registries of the app', () => {
  const globalRegistry = registryOf()
  const loaded = () => ({ exports: Object.assign(() => {}, { globalRegistry }) })

  it('are found when prom-client is loaded, under whatever name, and those that are given are there too', () => {
    const cache: NodeJS.Dict<{ exports?: unknown }> = { '/app/server.js': { exports: {} } }
    const given = registryOf()
    const registries = new Registries(() => ({ given: new Set([given]), find: true }), cache)
    assert.deepEqual([...registries.all()], [given])
    cache['/app/node_modules/.pnpm/prom-client@15.1.3/node_modules/metrics/lib/registry.js'] = loaded()
    assert.deepEqual([...registries.all()], [given, globalRegistry])
    delete cache['/app/server.js']
    cache['C:\\app\\node_modules\\prom-client\\lib\\registry.js'] = {
      exports: { globalRegistry: registryOf() },
    }
    assert.deepEqual([...registries.all()], [given, globalRegistry])
  })

  it('are not looked for where that is not wanted', () => {
    const given = registryOf()
    const told = { given: new Set([given]), find: false }
    assert.deepEqual([...new Registries(() => told, { '/a/lib/registry.js': loaded() }).all()], [given])
  })

  it('are not what else is called so', () => {
    const cache = {
      '/a/lib/registry.js': { exports: () => {} },
      '/b/lib/registry.js': { exports: null },
      '/c/lib/registry.js': {},
      '/d/lib/registry.js': { exports: Object.assign(() => {}, { globalRegistry: 7 }) },
    }
    assert.equal(new Registries(() => undefined, cache).all().size, 0)
  })
})
