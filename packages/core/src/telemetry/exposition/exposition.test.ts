import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { expose } from './exposition.ts'
import type { Metric } from '../metric.ts'

const openMetrics = 'application/openmetrics-text; version=1.0.0'

const counter = (name: string, value: number, labels = {}): Metric => ({
  name,
  help: 'Some.',
  type: 'counter',
  series: [{ labels, value }],
})

const gauge = (name: string, value: number, labels = {}): Metric =>
  ({ ...counter(name, value, labels), type: 'gauge' }) as Metric

/** Its samples, without what is said of their families. */
function samples(metrics: Metric[], accept?: string): string[] {
  return expose(metrics, accept)
    .text.split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
}

const duration: Metric = {
  name: 'duration_seconds',
  help: 'How long.',
  type: 'histogram',
  bounds: [0.005, 1, 2.5],
  series: [{ labels: { route: '/a', method: 'GET' }, counts: [2, 0, 3, 1], sum: 7.25 }],
}

describe('the page of metrics', () => {
  it('is text', () => {
    const { type, text } = expose([counter('answers_total', 12, { slot: '0' }), duration], undefined)
    assert.equal(type, 'text/plain; version=0.0.4; charset=utf-8')
    assert.equal(
      text,
      `# HELP answers_total Some.
# TYPE answers_total counter
answers_total{slot="0"} 12
# HELP duration_seconds How long.
# TYPE duration_seconds histogram
duration_seconds_bucket{method="GET",route="/a",le="0.005"} 2
duration_seconds_bucket{method="GET",route="/a",le="1"} 2
duration_seconds_bucket{method="GET",route="/a",le="2.5"} 5
duration_seconds_bucket{method="GET",route="/a",le="+Inf"} 6
duration_seconds_sum{method="GET",route="/a"} 7.25
duration_seconds_count{method="GET",route="/a"} 6
`,
    )
  })

  it('is OpenMetrics', () => {
    const { type, text } = expose([counter('answers_total', 12), counter('jobs', 3), duration], openMetrics)
    assert.equal(type, 'application/openmetrics-text; version=1.0.0; charset=utf-8')
    assert.equal(
      text,
      `# HELP answers Some.
# TYPE answers counter
answers_total 12
# HELP jobs Some.
# TYPE jobs counter
jobs_total 3
# HELP duration_seconds How long.
# TYPE duration_seconds histogram
# UNIT duration_seconds seconds
duration_seconds_bucket{method="GET",route="/a",le="0.005"} 2
duration_seconds_bucket{method="GET",route="/a",le="1.0"} 2
duration_seconds_bucket{method="GET",route="/a",le="2.5"} 5
duration_seconds_bucket{method="GET",route="/a",le="+Inf"} 6
duration_seconds_sum{method="GET",route="/a"} 7.25
duration_seconds_count{method="GET",route="/a"} 6
# EOF
`,
    )
    assert.equal(expose([], openMetrics).text, '# EOF\n')
    assert.equal(expose([], undefined).text, '')
  })

  it('has the unit where the name of the family ends in it', () => {
    const units = (...names: string[]): string[] =>
      names.map((name) => /# UNIT (.*)/.exec(expose([counter(name, 1)], openMetrics).text)?.[1] ?? 'none')
    assert.deepEqual(units('cpu_seconds_total', 'sent_bytes', 'seconds_of_work_total', 'info'), [
      'cpu_seconds seconds',
      'sent_bytes bytes',
      'none',
      'none',
    ])
  })

  it('is what the scrape wants most', () => {
    const wanted: [string, 'text' | 'openMetrics'][] = [
      // Prometheus 2, and 3 with and without Protobuf.
      [
        'application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1',
        'openMetrics',
      ],
      [
        'application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,application/openmetrics-text;version=0.0.1;q=0.5,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2',
        'openMetrics',
      ],
      [
        'application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited;q=0.7,application/openmetrics-text;version=1.0.0;q=0.6,text/plain;version=0.0.4;q=0.3,*/*;q=0.2',
        'openMetrics',
      ],
      ['text/plain;version=0.0.4;q=0.6,application/openmetrics-text;version=1.0.0;q=0.5', 'text'],
      ['text/plain;version=0.0.4;q=1,*/*;q=0.1', 'text'],
      ['APPLICATION/OpenMetrics-Text; Version="1.0.0" ; Q=0.9, text/plain; q=0.8', 'openMetrics'],
      ['application/openmetrics-text', 'openMetrics'],
      ['application/openmetrics-text; version=1.0.0, text/plain; version=0.0.4', 'openMetrics'],
      ['text/plain, application/openmetrics-text', 'text'],
      ['application/openmetrics-text; version=0.0.1, text/plain; q=0.1', 'text'],
      ['application/openmetrics-text; q=0, */*', 'text'],
      ['text/plain; q=0, */*; q=0.5', 'openMetrics'],
      ['text/html,application/xhtml+xml,application/xml;q=0.9,image/webp,*/*;q=0.8', 'text'],
      ['*/*', 'text'],
      ['application/json', 'text'],
      ['', 'text'],
      [';;=,q=, ,', 'text'],
      ['application/openmetrics-text; q=nonsense, text/plain; q=0.1', 'text'],
    ]
    for (const [accept, format] of wanted)
      assert.equal(expose([], accept).type.startsWith('application') ? 'openMetrics' : 'text', format, accept)
  })

  it('has texts that would break it, escaped', () => {
    const odd: Metric = { ...counter('odd_total', 1, { path: 'C:\\new\n"x"' }), help: 'a\\b\n"c"' }
    assert.match(expose([odd], undefined).text, /^# HELP odd_total a\\\\b\\n"c"\n/)
    assert.match(expose([odd], openMetrics).text, /^# HELP odd a\\\\b\\n\\"c\\"\n/)
    for (const accept of [undefined, openMetrics])
      assert.deepEqual(samples([odd], accept), ['odd_total{path="C:\\\\new\\n\\"x\\""} 1'])
  })

  it('has every number', () => {
    const numbers = [NaN, Infinity, -Infinity, -0, 1e21, 2 ** 53, 1e-7, -1.5]
    assert.deepEqual(
      numbers.map((value) => samples([gauge('some', value)])[0]),
      ['NaN', '+Inf', '-Inf', '0', '1e+21', '9007199254740992', '1e-7', '-1.5'].map(
        (value) => `some ${value}`,
      ),
    )
  })

  it('has bounds as OpenMetrics writes them', () => {
    const bounds = [1e-10, 0.00001, 0.0001, 0.25, 1, 12.5, 100_000, 1e6, 1.5e21]
    const metric: Metric = { ...duration, bounds, series: [{ labels: {}, counts: [], sum: 0 }] }
    const les = (accept?: string): string[] =>
      samples([metric], accept).flatMap((line) => /le="(.*)"/.exec(line)?.[1] ?? [])
    assert.deepEqual(les(openMetrics), [
      '1e-10',
      '1e-05',
      '0.0001',
      '0.25',
      '1.0',
      '12.5',
      '100000.0',
      '1e+06',
      '1.5e+21',
      '+Inf',
    ])
    assert.deepEqual(les(), [
      '1e-10',
      '0.00001',
      '0.0001',
      '0.25',
      '1',
      '12.5',
      '100000',
      '1000000',
      '1.5e+21',
      '+Inf',
    ])
  })

  it('has only labels that are some, each once', () => {
    const labels = {
      b: '1',
      a: '2',
      'not-a-name': '3',
      not_a_name: '4',
      '0': '5',
      __name__: '6',
      le: '7',
      empty: '',
    }
    assert.deepEqual(samples([gauge('some', 1, labels)]), [
      'some{_0="5",_name__="6",a="2",b="1",le="7",_not_a_name="3",not_a_name="4"} 1',
    ])
    const histogram: Metric = {
      ...duration,
      series: [{ labels: { le: 'x' }, counts: [1, 0, 0, 0], sum: 1 }],
    }
    assert.equal(samples([histogram])[0], 'duration_seconds_bucket{_le="x",le="0.005"} 1')
  })

  it('leaves out what no reader takes, and has the rest', () => {
    const metrics = [
      counter('good_total', 1),
      gauge('not a name', 1),
      gauge('', 1),
      counter('_total', 1),
      counter('good_total', 2),
      gauge('good_total', 3),
      gauge('duration_seconds_count', 4),
      duration,
      gauge('fine', 5),
    ]
    assert.deepEqual(samples(metrics, openMetrics), ['good_total 1', 'duration_seconds_count 4', 'fine 5'])
    const series = [
      { labels: { a: '1' }, value: 1 },
      { labels: { a: '1' }, value: 2 },
      { labels: { a: '2' }, value: NaN },
      { labels: { a: '3' }, value: -1 },
    ]
    assert.deepEqual(samples([{ name: 'c_total', help: '', type: 'counter', series }]), ['c_total{a="1"} 1'])
  })

  it('has a summary where there are no buckets, and no sum where it may fall', () => {
    const summary: Metric = { ...duration, bounds: [], series: [{ labels: {}, counts: [4], sum: 2 }] }
    assert.match(expose([summary], openMetrics).text, /^# TYPE duration_seconds summary$/m)
    assert.deepEqual(samples([summary]), ['duration_seconds_sum 2', 'duration_seconds_count 4'])
    const falling: Metric = { ...duration, bounds: [-1], series: [{ labels: {}, counts: [1, 1], sum: -1 }] }
    assert.equal(samples([falling], openMetrics).length, 2)
    assert.equal(samples([falling]).length, 4)
  })
})
