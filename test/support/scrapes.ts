import assert from 'node:assert/strict'
import { once } from 'node:events'
import type { Labels, Metric } from '@clustered/core'
import { get } from './http.ts'
import { eventually, type Program } from './program.ts'

export const durations = 'http_server_request_duration_seconds'

/** How often (in ms) metrics are looked at. */
const interval = 100

/** Asks the primary of a program that answers messages with its metrics. */
export async function metricsOf(program: Program): Promise<Metric[]> {
  program.child.send('metrics')
  const [metrics] = (await once(program.child, 'message')) as [Metric[] | string]
  assert.ok(Array.isArray(metrics), `metrics were refused: ${metrics as string}`)
  return metrics
}

/** Of all series that have these labels: of a histogram how often, of the others how much. */
export function total(metrics: readonly Metric[], name: string, labels: Labels = {}): number {
  const metric = metrics.find((one) => one.name === name)
  let sum = 0
  for (const series of metric?.series ?? []) {
    if (!Object.entries(labels).every(([label, value]) => series.labels[label] === value)) continue
    sum += 'counts' in series ? series.counts.reduce((all, count) => all + count, 0) : series.value
  }
  return sum
}

/** Looks at a program's metrics all the time: no counter falls, and every histogram is whole. */
export class Scrapes {
  /** How long the slowest took, in ms. */
  slowest = 0
  count = 0
  readonly #program: Program
  readonly #admin: number | undefined
  #page = new Map<string, number>()
  readonly #running: Promise<void>
  #last: Metric[] = []
  #seen = new Map<string, number>()
  #stopped = false

  /** @param admin the port of its admin server, if that is to say the same. */
  constructor(program: Program, admin?: number) {
    this.#program = program
    this.#admin = admin
    this.#running = this.#run()
    this.#running.catch(() => {})
  }

  get last(): readonly Metric[] {
    return this.#last
  }

  /** Waits until so many requests have been told; more than that are an error. */
  async sees(requests: number): Promise<void> {
    await eventually(
      async () => {
        await Promise.race([this.#running, new Promise((resolve) => setTimeout(resolve, interval))])
        return total(this.#last, durations) >= requests
      },
      `${requests} requests; there are ${total(this.#last, durations)}`,
    )
    assert.equal(total(this.#last, durations), requests)
  }

  async stop(): Promise<void> {
    this.#stopped = true
    await this.#running
  }

  async #run(): Promise<void> {
    while (!this.#stopped) {
      const asked = performance.now()
      this.#last = await metricsOf(this.#program)
      this.slowest = Math.max(this.slowest, performance.now() - asked)
      this.count++
      this.#check()
      if (this.#admin !== undefined) this.#checkPage((await get(this.#admin, '/metrics')).body)
      await new Promise((resolve) => setTimeout(resolve, interval))
    }
  }

  #checkPage(text: string): void {
    const now = new Map(
      [...text.matchAll(/^(\w+(?:_total|_bucket|_count|_sum)(?:\{.*\})?) (\S+)$/gm)].map(
        ([, series, value]) => [series!, Number(value)],
      ),
    )
    assert.ok(now.size > 0, `no counter is on the page: ${text}`)
    for (const [series, value] of now) {
      const [, name, labels] = /^(\w+)_bucket\{(.*?),?le="\+Inf"\}$/.exec(series) ?? []
      if (name !== undefined) assert.equal(value, now.get(`${name}_count${labels && `{${labels}}`}`), series)
    }
    for (const [series, value] of this.#page)
      assert.ok((now.get(series) ?? -1) >= value, `${series} fell from ${value} to ${now.get(series)}`)
    this.#page = now
  }

  #check(): void {
    const now = new Map<string, number>()
    for (const metric of this.#last)
      for (const series of metric.series) {
        const key = `${metric.name} ${JSON.stringify(series.labels)}`
        if (metric.type === 'counter' && 'value' in series) now.set(key, series.value)
        if (metric.type !== 'histogram' || !('counts' in series)) continue
        assert.equal(series.counts.length, metric.bounds.length + 1, key)
        let below = 0
        for (const [at, count] of series.counts.entries())
          now.set(`${key} ${metric.bounds[at]}`, (below += count))
        now.set(`${key} sum`, series.sum)
        // Each lies between the bounds of its bucket.
        const least = series.counts.reduce((sum, count, at) => sum + count * (metric.bounds[at - 1] ?? 0), 0)
        assert.ok(series.sum >= least, `${key}: a sum of ${series.sum}, and at least ${least} by its buckets`)
      }
    for (const [key, value] of this.#seen)
      assert.ok((now.get(key) ?? -1) >= value, `${key} fell from ${value} to ${now.get(key)}`)
    this.#seen = now
  }
}
