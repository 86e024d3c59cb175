import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { resourceOf } from './otlp/resource.ts'
import { isAsked, type OtlpSettings, otlpSettings } from './otlp/settings.ts'
import { type Note, Variables } from './otlp/variables.ts'

const endpoint = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318' }

function asked(environment: Record<string, string>): boolean {
  return isAsked(new Variables(environment))
}

function read(environment: Record<string, string>): { settings: OtlpSettings | undefined; notes: Note[] } {
  const variables = new Variables({ ...endpoint, ...environment })
  return { settings: otlpSettings(variables), notes: variables.notes }
}

describe('export by OTLP', () => {
  it('is asked for by an endpoint alone', () => {
    assert.equal(asked({}), false)
    assert.equal(asked({ OTEL_EXPORTER_OTLP_ENDPOINT: ' ' }), false)
    assert.equal(asked({ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://collector:4318' }), false)
    assert.equal(asked(endpoint), true)
    assert.equal(asked({ OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: 'http://collector:4318/v1/metrics' }), true)
  })

  it('is asked for unless other variables refuse it', () => {
    assert.equal(asked({ ...endpoint, OTEL_METRICS_EXPORTER: 'none' }), false)
    assert.equal(asked({ ...endpoint, OTEL_METRICS_EXPORTER: 'prometheus' }), false)
    assert.equal(asked({ ...endpoint, OTEL_METRICS_EXPORTER: 'console, otlp' }), true)
    assert.equal(asked({ ...endpoint, OTEL_SDK_DISABLED: 'True' }), false)
    assert.equal(asked({ ...endpoint, OTEL_SDK_DISABLED: '1' }), true)
  })

  it('goes below the endpoint of all signals, and to that of metrics as it is', () => {
    const to = (name: string, value: string) =>
      read({ [`OTEL_EXPORTER_OTLP_${name}`]: value }).settings?.url.href
    assert.equal(to('ENDPOINT', 'http://collector:4318'), 'http://collector:4318/v1/metrics')
    assert.equal(to('ENDPOINT', 'https://collector/otlp/'), 'https://collector/otlp/v1/metrics')
    assert.equal(to('METRICS_ENDPOINT', 'https://collector/in'), 'https://collector/in')
    for (const bad of ['collector:4318', 'ftp://collector', 'unix:///run/collector', '//']) {
      const { settings, notes } = read({ OTEL_EXPORTER_OTLP_ENDPOINT: bad })
      assert.equal(settings, undefined)
      assert.match(String(notes), /^warn,OTEL_EXPORTER_OTLP_ENDPOINT is no address; expected one such as/)
    }
  })

  it('has the times of the specification', () => {
    const times = (environment = {}) => {
      const { settings, notes } = read(environment)
      return [settings!.interval, settings!.timeout, settings!.requestTimeout, notes.length]
    }
    assert.deepEqual(times(), [60_000, 30_000, 10_000, 0])
    assert.deepEqual(times({ OTEL_METRIC_EXPORT_INTERVAL: '2000' }), [2000, 30_000, 10_000, 0])
    const slower = { OTEL_EXPORTER_OTLP_TIMEOUT: '20000', OTEL_EXPORTER_OTLP_METRICS_TIMEOUT: '15000' }
    assert.deepEqual(times({ ...slower, OTEL_METRIC_EXPORT_TIMEOUT: '40000' }), [60_000, 40_000, 15_000, 0])
    assert.deepEqual(times({ OTEL_METRIC_EXPORT_TIMEOUT: '5000' }), [60_000, 5000, 5000, 0])
    for (const bad of ['0', '-1', '1e3', '60s', '99999999999'])
      assert.deepEqual(times({ OTEL_METRIC_EXPORT_INTERVAL: bad }), [60_000, 30_000, 10_000, 1], bad)
  })

  it('has headers, percent-decoded, and tells no secret', () => {
    const { settings, notes } = read({
      OTEL_EXPORTER_OTLP_HEADERS: 'Authorization=Basic%20c2VjcmV0, x-team = one,,',
      OTEL_EXPORTER_OTLP_METRICS_HEADERS: 'x-team=two%2Cthree',
    })
    assert.deepEqual(settings?.headers, { authorization: 'Basic c2VjcmV0', 'x-team': 'two,three' })
    assert.deepEqual(notes, [])
    const bad = read({ OTEL_EXPORTER_OTLP_HEADERS: 'secret,=secret,a=%zz,b=1%0A2,c d=secret,ok=1' })
    assert.deepEqual(bad.settings?.headers, { ok: '1' })
    assert.equal(bad.notes.length, 5)
    assert.doesNotMatch(String(bad.notes), /secret|zz/)
  })

  it('speaks http/json only, and says so', () => {
    assert.deepEqual(read({ OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json' }).notes, [])
    const protobuf = read({ OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf' })
    assert.ok(protobuf.settings)
    assert.match(String(protobuf.notes), /^info,OTEL_EXPORTER_OTLP_PROTOCOL is http\/protobuf: .* http\/json/)
    const grpc = read({ OTEL_EXPORTER_OTLP_METRICS_PROTOCOL: 'grpc' })
    assert.equal(grpc.settings, undefined)
    assert.match(
      String(grpc.notes),
      /^warn,OTEL_EXPORTER_OTLP_METRICS_PROTOCOL is grpc.*no metrics are exported/,
    )
  })

  it('says what else it does not do', () => {
    assert.equal(read({ OTEL_EXPORTER_OTLP_COMPRESSION: 'gzip' }).settings?.gzip, true)
    const { settings, notes } = read({
      OTEL_EXPORTER_OTLP_COMPRESSION: 'zstd',
      OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE: 'delta',
      OTEL_EXPORTER_OTLP_CERTIFICATE: '/nowhere/ca.pem',
    })
    assert.equal(settings?.gzip, false)
    for (const said of [/zstd/, /cumulative/, /ca\.pem/]) assert.match(String(notes), said)
  })

  it('names who exports', () => {
    const of = (environment: Record<string, string>) => resourceOf(new Variables(environment), 'shop')
    assert.equal(of({})['service.name'], 'shop')
    assert.equal(of({})['process.pid'], process.pid)
    assert.notEqual(of({})['service.instance.id'], of({})['service.instance.id'])
    const given = { OTEL_RESOURCE_ATTRIBUTES: 'service.name=a,team=x%20y,service.instance.id=7' }
    assert.equal(of(given)['service.name'], 'a')
    assert.equal(of(given)['team'], 'x y')
    assert.equal(of(given)['service.instance.id'], '7')
    assert.equal(of({ ...given, OTEL_SERVICE_NAME: 'b' })['service.name'], 'b')
  })
})
