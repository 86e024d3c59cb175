/** What is believed of a metric that a worker tells: the app, and its children, can write to its channel as well. */
import type { Distribution, Merge, Scalar, WorkerMetric } from '../metric.ts'
import { isMetricName } from '../metric-name.ts'

/** Prometheus keeps those that begin with two underscores for itself. */
const labelPattern = /^(?!__)[a-zA-Z_][a-zA-Z0-9_]{0,99}$/

/** In characters. */
const longestName = 200
const longestHelp = 4096
const longestLabel = 1024
const mostLabels = 32
const mostBounds = 500

const merges: Record<Merge, true> = {
  sum: true,
  slot: true,
  'slot-max': true,
  min: true,
  max: true,
  average: true,
  first: true,
  omit: true,
}

/** @returns the metric with the series that are good, or undefined if it is none. */
export function asWorkerMetric(value: unknown): WorkerMetric | undefined {
  const { name, help, type, merge, bounds, series } = (value ?? {}) as Record<string, unknown>
  if (!isText(name, longestName) || !isMetricName(name) || !isText(help, longestHelp)) return undefined
  if (!Array.isArray(series) || typeof merge !== 'string' || !Object.hasOwn(merges, merge)) return undefined
  if (type === 'gauge') return value as WorkerMetric
  if (merge !== 'sum' && merge !== 'slot') return undefined
  if (type === 'counter' || (type === 'histogram' && areBounds(bounds))) return value as WorkerMetric
  return undefined
}

/** Whether a series of a metric that is believed can be added up with others. */
export function isSeries(series: unknown, { type }: WorkerMetric, buckets: number): boolean {
  if (typeof series !== 'object' || series === null) return false
  const { labels, value, counts, sum } = series as Partial<Scalar & Distribution>
  if (!areLabels(labels)) return false
  // Those without a number are no more: NaN is null by the time it is here.
  if (type === 'gauge') return value === null || typeof value === 'number'
  if (type === 'counter') return isAmount(value) && value! >= 0
  return (
    isAmount(sum) &&
    labels!['le'] === undefined &&
    Array.isArray(counts) &&
    counts.length === buckets &&
    areCounts(counts)
  )
}

function isText(value: unknown, longest: number): value is string {
  return typeof value === 'string' && value.length <= longest
}

/** However many of them are added up, the sum is a number. */
function isAmount(value: unknown): boolean {
  return typeof value === 'number' && Math.abs(value) <= Number.MAX_SAFE_INTEGER
}

function areCounts(values: readonly unknown[]): boolean {
  for (const value of values) if (!Number.isSafeInteger(value) || (value as number) < 0) return false
  return true
}

function areLabels(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false
  const names = Object.keys(value)
  if (names.length > mostLabels) return false
  for (const name of names)
    if (!isLabelName(name) || !isText((value as Record<string, unknown>)[name], longestLabel)) return false
  return true
}

/** Those that were good. They come again and again. */
const labelNames = new Set<string>()
const mostLabelNames = 1000

function isLabelName(name: string): boolean {
  if (labelNames.has(name)) return true
  if (!labelPattern.test(name)) return false
  if (labelNames.size < mostLabelNames) labelNames.add(name)
  return true
}

function areBounds(value: unknown): boolean {
  return (
    Array.isArray(value) &&
    value.length <= mostBounds &&
    value.every((bound, at) => Number.isFinite(bound) && (at === 0 || bound > value[at - 1]))
  )
}
