import assert from 'node:assert/strict'
import { once } from 'node:events'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, it, type TestContext } from 'node:test'
import { gunzipSync } from 'node:zlib'
import { Log } from '../../log.ts'
import { CollectorAddress } from './otlp/collector-address.ts'
import { Exporter } from './otlp/exporter.ts'
import { outcomeOf } from './otlp/outcome.ts'
import { otlpSettings } from './otlp/settings.ts'
import { Variables } from './otlp/variables.ts'

type Answer = (response: http.ServerResponse, request: http.IncomingMessage, body: Buffer) => void

/** A collector that gives one answer after the other, the last one again and again; and what the log says of it. */
class Collector {
  readonly server: http.Server
  readonly asked: { at: number; headers: http.IncomingHttpHeaders; body: Buffer }[] = []
  readonly lines: string[] = []
  readonly answers: Answer[]
  exporter!: Exporter

  constructor(answers: Answer[]) {
    this.answers = answers
    this.server = http.createServer((request, response) => void this.#take(request, response))
  }

  async #take(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const body = Buffer.concat(chunks)
    const answer = this.answers[Math.min(this.asked.length, this.answers.length - 1)]!
    this.asked.push({ at: performance.now(), headers: request.headers, body })
    answer(response, request, body)
    this.server.emit('asked')
  }

  async start(t: TestContext, environment: Record<string, string> = {}): Promise<this> {
    await once(this.server.listen(0, '127.0.0.1'), 'listening')
    const { port } = this.server.address() as AddressInfo
    const variables = new Variables({
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://user:secret@127.0.0.1:${port}`,
      OTEL_METRIC_EXPORT_INTERVAL: '30',
      ...environment,
    })
    const log = new Log(({ level, msg }) => {
      this.lines.push(`${level}: ${msg}`)
      this.server.emit('line')
    })
    this.exporter = new Exporter(otlpSettings(variables)!, () => '{"said":1}', log)
    this.exporter.start()
    // The exporter keeps nothing alive.
    const alive = setInterval(() => {}, 1000)
    t.after(async () => {
      await this.exporter.end()
      clearInterval(alive)
      this.server.closeAllConnections()
      this.server.close()
    })
    return this
  }

  async hears(count: number): Promise<void> {
    while (this.asked.length < count) await once(this.server, 'asked')
  }

  /** @returns the last of so many lines. */
  async says(count: number): Promise<string> {
    while (this.lines.length < count) await once(this.server, 'line')
    return this.lines[count - 1]!
  }
}

const ok: Answer = (response) => response.end('{}')
const say =
  (status: number, headers: http.OutgoingHttpHeaders = {}, text = ''): Answer =>
  (response) =>
    response.writeHead(status, headers).end(text)

describe('the exporter', { concurrency: true }, () => {
  it('sends JSON, with the headers that are asked for', async (t) => {
    const collector = await new Collector([ok]).start(t, { OTEL_EXPORTER_OTLP_HEADERS: 'x-team=one' })
    await collector.hears(2)
    const [{ headers, body }] = collector.asked as [Collector['asked'][number]]
    assert.equal(headers['content-type'], 'application/json')
    assert.equal(headers['x-team'], 'one')
    assert.equal(headers['authorization'], `Basic ${Buffer.from('user:secret').toString('base64')}`)
    assert.equal(String(body), '{"said":1}')
    assert.deepEqual(collector.lines, [])
  })

  it('compresses if that is asked for', async (t) => {
    const collector = await new Collector([ok]).start(t, { OTEL_EXPORTER_OTLP_COMPRESSION: 'gzip' })
    await collector.hears(1)
    assert.equal(collector.asked[0]!.headers['content-encoding'], 'gzip')
    assert.equal(String(gunzipSync(collector.asked[0]!.body)), '{"said":1}')
  })

  it('tries again what may be taken the next time, when the collector wants it', async (t) => {
    const collector = await new Collector([say(503, { 'retry-after': '1' }), say(429), ok]).start(t, {
      OTEL_METRIC_EXPORT_TIMEOUT: '10000',
    })
    await collector.hears(3)
    const [first, second, third] = collector.asked.map(({ at }) => at) as [number, number, number]
    assert.ok(second - first >= 990, `after ${second - first} ms`)
    assert.ok(third - second >= 490 && third - second < 2500, `after ${third - second} ms`)
    assert.deepEqual(collector.lines, [])
  })

  for (const [what, bad, why] of [
    ['refuses', say(401, {}, '{"message":"who are\\nyou"}'), /it answered 401 \(who are you\)/],
    ['answers rubbish', (response) => response.socket!.end('rubbish\r\n\r\n'), /Parse Error/],
    ['cuts', (response) => response.socket!.destroy(), /socket hang up|ECONNRESET/],
    ['redirects', say(302, { location: 'http://127.0.0.1:1/' }), /it answered 302/],
    ['never ends its answer', (response) => flood(response), /its answer does not end/],
    ['says nothing', () => {}, /no answer within \d+ ms/],
  ] as [string, Answer, RegExp][])
    it(`says once that a collector ${what}, and once that it is back`, async (t) => {
      const limits = {
        OTEL_METRIC_EXPORT_TIMEOUT: '2000',
        OTEL_EXPORTER_OTLP_TIMEOUT: what === 'says nothing' ? '300' : '2000',
      }
      const collector = new Collector([bad])
      await collector.start(t, limits)
      const said = await collector.says(1)
      assert.match(said, /^warn: metrics do not reach http:\/\/127\.0\.0\.1:\d+: /)
      assert.match(said, why)
      assert.doesNotMatch(said, /secret/)
      await collector.hears(collector.asked.length + 2)
      assert.equal(collector.lines.length, 1)
      collector.answers.push(ok)
      assert.match(await collector.says(2), /^info: metrics reach .* again$/)
    })

  it('says once what is not taken', async (t) => {
    const partial = say(200, {}, '{"partialSuccess":{"rejectedDataPoints":"3","errorMessage":"too old"}}')
    const collector = await new Collector([partial]).start(t)
    await collector.hears(4)
    assert.equal(collector.lines.length, 1)
    assert.match(collector.lines[0]!, /^warn: .* does not take all metrics: 3 data points: too old$/)
  })

  it('takes a second for the last export, at most', async (t) => {
    const collector = await new Collector([() => {}]).start(t, { OTEL_METRIC_EXPORT_INTERVAL: '60000' })
    const began = performance.now()
    await Promise.all([collector.exporter.end(), collector.exporter.end()])
    assert.equal(collector.asked.length, 1)
    const took = performance.now() - began
    assert.ok(took >= 900 && took < 3000, `${took} ms`)
  })
})

describe('the address of a collector', () => {
  const resolver = () => {
    const asked: ((error: Error | null, addresses?: object[]) => void)[] = []
    const address = new CollectorAddress(
      'collector.test',
      ((_name: string, _options: object, done: never) => void asked.push(done)) as never,
    )
    const find = () =>
      new Promise<unknown>((resolve, reject) => {
        address.lookup('collector.test', { all: true }, (error, addresses) =>
          error ? reject(error) : resolve(addresses),
        )
      })
    return { asked, address, find }
  }
  const home = [{ address: '127.0.0.1', family: 4 }]

  it('is looked up once, by one at a time, and again where it may be another', async () => {
    const { asked, address, find } = resolver()
    address.prepare()
    const both = Promise.all([find(), find()])
    assert.equal(asked.length, 1)
    asked[0]!(null, home)
    assert.deepEqual(await both, [home, home])
    assert.deepEqual(await find(), home)
    assert.equal(asked.length, 1)
    address.doubt()
    const again = find()
    assert.equal(asked.length, 2)
    asked[1]!(new Error('no resolver'))
    await assert.rejects(again, /no resolver/)
  })

  it('is not looked up at the end', async () => {
    const { asked, address, find } = resolver()
    address.prepare()
    asked[0]!(null, home)
    address.doubt()
    address.fix()
    assert.deepEqual(await find(), home)
    const unknown = resolver()
    unknown.address.fix()
    await assert.rejects(unknown.find(), /the address of collector\.test is not known yet/)
    assert.deepEqual([asked.length, unknown.asked.length], [1, 0])
  })
})

describe('an answer', () => {
  const now = Date.parse('2026-01-01T00:00:00Z')
  const wait = (retryAfter: string | undefined, status = 503) => {
    const outcome = outcomeOf({ status, retryAfter, text: '' }, now)
    return outcome.kind === 'failed' ? [outcome.isFinal, outcome.retryAfter] : outcome.kind
  }

  it('says when to try again, in seconds or as a date, within reason', () => {
    assert.deepEqual(wait('7'), [false, 7000])
    assert.deepEqual(wait('Thu, 01 Jan 2026 00:00:30 GMT'), [false, 30_000])
    assert.deepEqual(wait('99999999999'), [false, 600_000])
    for (const rubbish of [undefined, 'soon', '-3', 'Wed, 31 Dec 2025 00:00:00 GMT'])
      assert.deepEqual(wait(rubbish), [false, undefined])
    assert.deepEqual(wait('7', 400), [true, undefined])
    assert.equal(wait('7', 204), 'done')
  })

  it('may be anything', () => {
    for (const text of [
      '',
      'null',
      '[]',
      '"x"',
      '{"partialSuccess":7}',
      '{"partialSuccess":{"rejectedDataPoints":{}}}',
    ])
      assert.deepEqual(outcomeOf({ status: 200, retryAfter: undefined, text }, now), {
        kind: 'done',
        refused: undefined,
      })
  })
})

function flood(response: http.ServerResponse): void {
  const write = (): void => {
    if (response.destroyed) return
    response.write('x'.repeat(65_536), () => setImmediate(write))
  }
  write()
}
