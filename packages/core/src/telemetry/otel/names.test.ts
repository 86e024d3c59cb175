import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, it } from 'node:test'
import type { Metric } from '../metric.ts'
import { attributesOf, instrumentOf, table, withoutMeasured } from './names.ts'

const kinds = { counter: 'Counter', updown: 'UpDownCounter', gauge: 'Gauge', histogram: 'Histogram' }

describe('the names of OpenTelemetry', () => {
  it('stand in docs/observe/opentelemetry.md', () => {
    const page = readFileSync(path.join(__dirname, '../../../../../docs/observe/opentelemetry.md'), 'utf8')
    const [, rows] = page.split(/\| In OpenTelemetry .*\n.*\n/)
    const told = rows!.slice(0, rows!.indexOf('\n\n')).split('\n')
    const cells = told.map((row) =>
      row
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    )
    const expected = table.map(([prometheus, name, kind, unit, attributes = {}]) => [
      `\`${prometheus}\``,
      `\`${name}\``,
      kinds[kind],
      `\`${unit}\``,
      Object.values(attributes)
        .map((attribute) => `\`${attribute}\``)
        .join(', '),
    ])
    assert.deepEqual(cells, expected)
  })

  it('are made into the same again by a Prometheus exporter, where the conventions leave a choice', () => {
    const suffixes: Record<string, string> = { s: '_seconds', By: '_bytes', '1': '_ratio' }
    const others = table.filter(([prometheus, name, kind, unit]) => {
      const made = name.replaceAll('.', '_') + (suffixes[unit] ?? '') + (kind === 'counter' ? '_total' : '')
      return made !== prometheus
    })
    for (const [prometheus] of others) assert.match(prometheus, /^(process_|nodejs_(heap|gc)_)/)
  })

  it('of the app stay as they are', () => {
    assert.deepEqual(instrumentOf({ name: 'shop_wait_seconds_total', type: 'counter' }), {
      name: 'shop_wait_seconds_total',
      kind: 'counter',
      unit: 's',
      isWhole: false,
    })
    assert.deepEqual(attributesOf('shop_orders', { slot: '1', state: 'ready' }), {
      slot: '1',
      state: 'ready',
    })
  })

  it('of attributes are those of the conventions, and what says nothing is left out', () => {
    const labels = {
      http_request_method: 'GET',
      http_response_status_code: '200',
      http_route: '',
      error_type: '',
    }
    assert.deepEqual(attributesOf('http_server_request_duration_seconds', labels), {
      'http.request.method': 'GET',
      'http.response.status_code': 200,
    })
  })
})

it('what an SDK in workers measures is left to it, and the primary is not', () => {
  const gauge = (name: string, slots: string[]): Metric => ({
    name,
    help: '',
    type: 'gauge',
    series: slots.map((slot) => ({ labels: { slot }, value: 1 })),
  })
  const metrics = [
    'process_resident_memory_bytes',
    'http_server_active_requests',
    'clustered_connections',
    'shop_jobs',
  ]
  const left = withoutMeasured(metrics.map((name) => gauge(name, ['0', '1', 'primary'])))
  assert.deepEqual(
    left.map(({ series }) => series.length),
    [1, 1, 3, 3],
  )
})
