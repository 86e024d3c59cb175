/** Metrics that have a name in common, as data. Names, units and labels are those of Prometheus. */
export type Metric = ScalarMetric | HistogramMetric

export interface ScalarMetric {
  /** A counter's ends in `_total`. */
  name: string
  help: string
  /** A counter never falls: neither at a reload nor when a worker is killed. */
  type: 'counter' | 'gauge'
  series: Scalar[]
}

/** How often something was how large. A summary is one without buckets. */
export interface HistogramMetric {
  name: string
  help: string
  type: 'histogram'
  /** The upper bounds of the buckets, without +Inf, in the unit of the name. */
  bounds: readonly number[]
  series: Distribution[]
}

export type Labels = Readonly<Record<string, string>>

export interface Scalar {
  labels: Labels
  value: number
}

export interface Distribution {
  labels: Labels
  /** How many fell into each bucket and no smaller one; the last is for what is above all bounds. */
  counts: number[]
  sum: number
}

/**
 * How the values of several workers become one. `'slot'`: they do not, each slot
 * has a label of its own; while it has two workers, it has their sum, or with
 * `'slot-max'` the larger value. Counters and histograms are `'sum'` or `'slot'`;
 * what finished workers had stays in either.
 */
export type Merge = 'sum' | 'slot' | 'slot-max' | 'min' | 'max' | 'average' | 'first' | 'omit'

/**
 * What a worker says of one metric: its own totals since its boot. A gauge that
 * it has no more has the value NaN, once.
 */
export type WorkerMetric = Metric & { merge: Merge }
