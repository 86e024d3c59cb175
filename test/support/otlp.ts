import assert from 'node:assert/strict'
import { once } from 'node:events'
import http from 'node:http'
import type { TestContext } from 'node:test'
import { eventually } from './program.ts'

type Json = Record<string, unknown>

/** A metric of one export: its points by their attributes. A histogram's are how many there are in it. */
export type Told = Map<string, Map<string, number>>

/**
 * A collector that takes what is OTLP in JSON to the letter, and in which no
 * sum falls. It keeps what was last exported.
 */
export class Collector {
  readonly server: http.Server = http.createServer((request, response) => void this.#take(request, response))
  /** Of who has exported. */
  readonly resources: Json[] = []
  readonly wrong: unknown[] = []
  told: Told = new Map()
  exports = 0
  /** It takes what comes, and answers nothing. */
  isSilent = false

  constructor(context: TestContext) {
    context.after(() => {
      this.server.closeAllConnections()
      this.server.close()
    })
  }

  async listen(port: number): Promise<void> {
    await once(this.server.listen(port, '127.0.0.1'), 'listening')
  }

  /** How many there are of all points of a metric. */
  sum(name: string): number {
    return [...(this.told.get(name)?.values() ?? [])].reduce((sum, value) => sum + value, 0)
  }

  async until(name: string, value: number): Promise<void> {
    await eventually(() => this.sum(name) >= value || this.wrong.length > 0, `${name} of ${value}`)
    assert.deepEqual([this.sum(name), this.wrong], [value, []], name)
  }

  async #take(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    try {
      let body = ''
      for await (const chunk of request.setEncoding('utf8')) body += chunk
      assert.deepEqual([request.method, request.url], ['POST', '/v1/metrics'])
      assert.equal(request.headers['content-type'], 'application/json')
      const { resource, told, sums } = readExport(JSON.parse(body))
      this.resources.push(resource)
      for (const name of sums)
        for (const [series, value] of this.told.get(name) ?? [])
          assert.ok(
            (told.get(name)?.get(series) ?? -1) >= value,
            `${name}{${series}} has fallen from ${value}`,
          )
      this.told = told
      this.exports++
    } catch (error) {
      this.wrong.push(error)
    }
    if (!this.isSilent) response.setHeader('content-type', 'application/json').end('{"partialSuccess":{}}')
  }
}

/** Everything in it must be of OTLP's messages, in the form that JSON has there. */
function readExport(body: unknown): { resource: Json; told: Told; sums: string[] } {
  const [inResource] = list(fields(body, ['resourceMetrics'])['resourceMetrics'], 1)
  const { resource, scopeMetrics } = fields(inResource, ['resource', 'scopeMetrics'])
  const [inScope] = list(scopeMetrics, 1)
  const { scope, metrics } = fields(inScope, ['scope', 'metrics'])
  assert.equal(fields(scope, ['name', 'version'])['name'], '@clustered/core')
  const told: Told = new Map()
  const sums: string[] = []
  for (const metric of list(metrics)) {
    const { name, description, unit, ...data } = metric as Json
    assert.ok(text(name) && text(description), JSON.stringify(metric))
    assert.equal(typeof unit, 'string')
    assert.ok(!told.has(name as string), `${String(name)} is there twice`)
    const [kind, value] = only(data)
    const more = {
      gauge: [],
      sum: ['aggregationTemporality', 'isMonotonic'],
      histogram: ['aggregationTemporality'],
    }[kind]
    assert.ok(more, `${kind} is no kind of metric`)
    const {
      dataPoints,
      aggregationTemporality = 2,
      isMonotonic = kind === 'histogram',
    } = fields(value, ['dataPoints', ...more])
    assert.equal(aggregationTemporality, 2)
    if (isMonotonic === true) sums.push(name as string)
    const points = list(dataPoints).map((point) =>
      kind === 'histogram' ? readBuckets(point) : readNumber(point, kind),
    )
    assert.ok(points.length > 0, `${String(name)} has no points`)
    told.set(name as string, new Map(points))
    assert.equal(told.get(name as string)!.size, points.length, `${String(name)} has a series twice`)
  }
  return { resource: attributesIn(fields(resource, ['attributes'])['attributes']), told, sums }
}

const time = ['startTimeUnixNano', 'timeUnixNano']

function readNumber(point: unknown, kind: string): [series: string, value: number] {
  const { asInt, asDouble, ...rest } = point as Json
  checkTimes(fields(rest, ['attributes', ...(kind === 'gauge' ? ['timeUnixNano'] : time)]))
  assert.ok((asInt === undefined) !== (asDouble === undefined))
  return [seriesOf(rest), asInt === undefined ? finite(asDouble) : int64(asInt)]
}

function readBuckets(point: unknown): [series: string, value: number] {
  const read = fields(point, ['attributes', ...time, 'count', 'sum', 'bucketCounts', 'explicitBounds'])
  checkTimes(read)
  finite(read['sum'])
  const counts = list(read['bucketCounts']).map(int64)
  const bounds = list(read['explicitBounds']).map(finite)
  assert.equal(counts.length, bounds.length + 1)
  assert.deepEqual(
    bounds,
    [...new Set(bounds)].toSorted((one, other) => one - other),
  )
  const count = int64(read['count'])
  assert.equal(
    counts.reduce((sum, each) => sum + each, 0),
    count,
  )
  return [seriesOf(read), count]
}

function checkTimes({ startTimeUnixNano = '0', timeUnixNano }: Json): void {
  assert.ok(int64(startTimeUnixNano) < int64(timeUnixNano))
  assert.ok(Math.abs(int64(timeUnixNano) / 1e6 - Date.now()) < 60_000)
}

function seriesOf({ attributes }: Json): string {
  return JSON.stringify(attributesIn(attributes))
}

function attributesIn(attributes: unknown): Json {
  const pairs = list(attributes).map((each) => {
    const { key, value } = fields(each, ['key', 'value'])
    const [kind, given] = only(value as Json)
    assert.ok(kind === 'stringValue' ? typeof given === 'string' : kind === 'intValue', JSON.stringify(each))
    return [text(key), kind === 'intValue' ? int64(given) : given] as const
  })
  const keys = new Set(pairs.map(([key]) => key))
  assert.equal(keys.size, pairs.length, JSON.stringify(attributes))
  return Object.fromEntries(pairs)
}

function fields(value: unknown, names: readonly string[]): Json {
  assert.deepEqual(Object.keys(value as Json).toSorted(), [...names].toSorted())
  return value as Json
}

function only(value: Json): [string, unknown] {
  const entries = Object.entries(value)
  assert.equal(entries.length, 1, JSON.stringify(value))
  return entries[0]!
}

function list(value: unknown, length?: number): unknown[] {
  assert.ok(Array.isArray(value), JSON.stringify(value))
  if (length !== undefined) assert.equal(value.length, length)
  return value as unknown[]
}

function text(value: unknown): string {
  assert.ok(typeof value === 'string' && value !== '', JSON.stringify(value))
  return value
}

function finite(value: unknown): number {
  assert.ok(typeof value === 'number' && Number.isFinite(value), JSON.stringify(value))
  return value
}

/** It is a string, as JSON's numbers do not have 64 bits. */
function int64(value: unknown): number {
  assert.ok(typeof value === 'string' && /^-?\d+$/.test(value), JSON.stringify(value))
  return Number(value)
}
