/** The page that a scrape gets: Prometheus text 0.0.4, or OpenMetrics 1.0.0. */
import { choose, type Format, formats } from './accept.ts'
import type { HistogramMetric, Metric, ScalarMetric } from '../metric.ts'
import { isMetricName } from '../metric-name.ts'
import { total } from '../total.ts'
import { escapeHelp, escapeLabel, writeCanonical, writeLabels, writeNumber } from './notation.ts'

const ofCounter = '_total'

/** The units that OpenMetrics knows and that names here end in. */
const units = ['seconds', 'bytes', 'ratio']

/**
 * One bad metric does not cost the whole page: one whose name is none, or means
 * the same as one before it, is left out, as is a series that no reader takes.
 *
 * @param accept the scrape's header `Accept`; without one it gets text.
 * @returns the page, and the value of its header `Content-Type`.
 */
export function expose(
  metrics: readonly Metric[],
  accept: string | undefined,
): { type: string; text: string } {
  const format = choose(accept)
  const lines: string[] = []
  const taken = new Set<string>()
  for (const metric of metrics) {
    const family = familyOf(metric, format)
    const names = [family, ...sampleNames(metric, family)]
    if (!isMetricName(familyOf(metric, 'openMetrics')) || names.some((name) => taken.has(name))) continue
    for (const name of names) taken.add(name)
    writeMetric(lines, metric, family, format)
  }
  if (format === 'openMetrics') lines.push('# EOF')
  return { type: formats[format].type, text: lines.length > 0 ? `${lines.join('\n')}\n` : '' }
}

/** In OpenMetrics, a counter's family is called without the `_total` that its samples have. */
function familyOf({ name, type }: Metric, format: Format): string {
  return format === 'openMetrics' && type === 'counter' && name.endsWith(ofCounter)
    ? name.slice(0, -ofCounter.length)
    : name
}

/** What its samples are called, or could be: OpenMetrics lets no other family have these names. */
function sampleNames({ type }: Metric, family: string): string[] {
  if (type === 'gauge') return []
  const suffixes = type === 'counter' ? [ofCounter, '_created'] : ['_bucket', '_sum', '_count', '_created']
  return suffixes.map((suffix) => family + suffix)
}

function writeMetric(lines: string[], metric: Metric, family: string, format: Format): void {
  const samples =
    metric.type === 'histogram' ? writeHistogram(metric, format) : writeScalars(metric, family, format)
  const isSummary = metric.type === 'histogram' && metric.bounds.length === 0
  const unit = units.find((name) => family.endsWith(`_${name}`))
  const help = format === 'openMetrics' ? escapeLabel(metric.help) : escapeHelp(metric.help)
  if (help !== '') lines.push(`# HELP ${family} ${help}`)
  lines.push(`# TYPE ${family} ${isSummary ? 'summary' : metric.type}`)
  if (unit && format === 'openMetrics') lines.push(`# UNIT ${family} ${unit}`)
  for (const sample of samples) lines.push(sample)
}

function writeScalars({ name, type, series }: ScalarMetric, family: string, format: Format): string[] {
  const sample = format === 'openMetrics' && type === 'counter' ? family + ofCounter : name
  const written = new Map<string, string>()
  for (const { labels, value } of series) {
    // A reader of OpenMetrics would take nothing of a page with such a counter.
    if (type === 'counter' && !(value >= 0)) continue
    const inside = writeLabels(labels)
    if (!written.has(inside)) written.set(inside, `${braced(sample, inside)} ${writeNumber(value)}`)
  }
  return [...written.values()]
}

function writeHistogram({ name, bounds, series }: HistogramMetric, format: Format): string[] {
  const writeBound = format === 'openMetrics' ? writeCanonical : writeNumber
  const ends = [...bounds, Infinity].map((bound) => `le="${writeBound(bound)}"} `)
  const reserved = bounds.length > 0 ? 'le' : 'quantile'
  const written = new Map<string, string>()
  for (const { labels, counts, sum } of series) {
    const inside = writeLabels(labels, reserved)
    if (written.has(inside)) continue
    const lines = bounds.length > 0 ? [writeBuckets(`${name}_bucket`, inside, ends, counts)] : []
    // OpenMetrics has no sum that can fall, and no count without one.
    const mayFall = !(sum >= 0) || (bounds[0] ?? 0) < 0
    if (format === 'text' || !mayFall) {
      lines.push(`${braced(`${name}_sum`, inside)} ${writeNumber(sum)}`)
      lines.push(`${braced(`${name}_count`, inside)} ${total(counts)}`)
    }
    written.set(inside, lines.join('\n'))
  }
  return [...written.values()].filter((lines) => lines !== '')
}

/** Each with what fell into the smaller ones. All in one string, as this is most of the page. */
function writeBuckets(
  name: string,
  inside: string,
  ends: readonly string[],
  counts: readonly number[],
): string {
  const beginning = inside === '' ? `${name}{` : `${name}{${inside},`
  let text = ''
  let count = 0
  for (let index = 0; index < ends.length; index++) {
    count += counts[index] ?? 0
    text += `${index > 0 ? '\n' : ''}${beginning}${ends[index]!}${count}`
  }
  return text
}

function braced(name: string, inside: string): string {
  return inside === '' ? name : `${name}{${inside}}`
}
