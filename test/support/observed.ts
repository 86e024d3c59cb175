import { once } from 'node:events'
import type { Metric } from '@clustered/core'
import { eventually, type Program } from './program.ts'

/** What `test/fixtures/observed.js` knows at that moment. */
export class Figures {
  readonly metrics: Metric[]

  static async of(program: Program): Promise<Figures> {
    program.child.send('metrics')
    const [metrics] = (await once(program.child, 'message')) as [Metric[]]
    return new Figures(metrics)
  }

  /** Asks until the figure is that. */
  static async become(program: Program, name: string, expected: number): Promise<Figures> {
    let figures = await Figures.of(program)
    await eventually(async () => {
      figures = await Figures.of(program)
      return figures.of(name) === expected
    }, `${name} is ${expected}`)
    return figures
  }

  private constructor(metrics: Metric[]) {
    this.metrics = metrics
  }

  /**
   * @param name such as `exits_total{reason=drained}`.
   * @returns the value, or of a histogram how often; the sum of all that have such labels.
   */
  of(name: string): number {
    const [, family, label, value] = /^(\w+)(?:\{(\w+)=(.*)\})?$/.exec(name)!
    const series = this.metrics.find((metric) => metric.name === family)?.series ?? []
    return series
      .filter(({ labels }) => label === undefined || labels[label] === value)
      .map((one) => ('value' in one ? one.value : one.counts.reduce((sum, count) => sum + count, 0)))
      .reduce((sum, count) => sum + count, 0)
  }

  /** By that label. */
  by(family: string, label: string): Record<string, number> {
    const series = this.metrics.find((metric) => metric.name === family)?.series ?? []
    return Object.fromEntries(series.map((one) => [one.labels[label]!, 'value' in one ? one.value : 0]))
  }
}
