import type { Distribution, Metric } from '../metric.ts'
import { type Attributes, attributesOf, type Instrument, instrumentOf } from './names.ts'
import type { Meter } from './registered.ts'
import { total } from '../total.ts'

/** What an observable instrument can tell. */
interface Figure {
  name: string
  unit: string
  kind: Exclude<Instrument['kind'], 'histogram'>
  description: string
  points: [value: number, attributes: Attributes][]
}

/**
 * Has the meter of the program's own SDK observe the figures. No instrument can
 * be told of what is in buckets already: of histograms it gets `.count` and
 * `.sum`, and whoever wants the whole uses `clusteredMetrics`.
 */
export class Instruments {
  readonly #meter: Meter
  readonly #collect: () => Metric[]
  readonly #made = new Set<string>()
  #figures: Map<string, Figure> | undefined

  constructor(meter: Meter, collect: () => Metric[]) {
    this.#meter = meter
    this.#collect = collect
  }

  /** Those of all that there is now; others follow. */
  make(): void {
    this.#look()
  }

  /** All callbacks of one collection run in one turn, and see the same. What is new is observed from the next one on. */
  #look(): Map<string, Figure> {
    if (this.#figures) return this.#figures
    setImmediate(() => (this.#figures = undefined)).unref()
    const figures = this.#collect().flatMap((metric) => figuresOf(metric))
    this.#figures = new Map(figures.map((figure) => [figure.name, figure]))
    for (const figure of figures) this.#make(figure)
    return this.#figures
  }

  #make({ name, kind, unit, description }: Figure): void {
    if (this.#made.has(name)) return
    this.#made.add(name)
    const make = {
      counter: 'createObservableCounter',
      updown: 'createObservableUpDownCounter',
      gauge: 'createObservableGauge',
    } as const
    this.#meter[make[kind]](name, { unit, description }).addCallback((result) => {
      for (const point of this.#look().get(name)?.points ?? []) result.observe(...point)
    })
  }
}

function figuresOf(metric: Metric): Figure[] {
  const { name, kind, unit } = instrumentOf(metric)
  const description = metric.help
  if (metric.type !== 'histogram') {
    const points = metric.series
      .filter(({ value }) => Number.isFinite(value))
      .map(({ labels, value }): Figure['points'][number] => [value, attributesOf(metric.name, labels)])
    return [{ name, kind: kind as Figure['kind'], unit, description, points }]
  }
  const part = (word: string, of: (distribution: Distribution) => number): Figure => ({
    name: `${name}.${word}`,
    kind: 'counter',
    unit: word === 'sum' ? unit : '',
    description: `${description} (${word})`,
    points: metric.series.map((each) => [of(each), attributesOf(metric.name, each.labels)]),
  })
  return [part('count', ({ counts }) => total(counts)), part('sum', ({ sum }) => sum)]
}
