/** How names, texts and numbers are written on the page that a scrape gets. */
import type { Labels } from '../metric.ts'

/** In most texts there is none of them. */
const special = /[\\\n"]/

const labelName = /^[a-zA-Z_][a-zA-Z0-9_]*$/

/** In either format; in text, a quotation mark would stay as it is in a help. */
export function escapeLabel(text: string): string {
  return special.test(text) ? escapeHelp(text).replaceAll('"', String.raw`\"`) : text
}

export function escapeHelp(text: string): string {
  return text.replaceAll('\\', String.raw`\\`).replaceAll('\n', String.raw`\n`)
}

/**
 * By name, such as `a="1",b="2"`. What is no name is made one, and what is
 * reserved is made another one: one bad label is not to cost the whole scrape.
 * An empty value is the same as no label at all.
 *
 * @param reserved a label that the format itself adds.
 */
export function writeLabels(labels: Labels, reserved?: string): string {
  const written = new Map<string, string>()
  for (const name of Object.keys(labels).toSorted()) {
    const value = labels[name]!
    const fit = fitting(name, reserved)
    if (value !== '' && !written.has(fit)) written.set(fit, `${fit}="${escapeLabel(value)}"`)
  }
  return [...written.values()].join(',')
}

/** With two underscores in front it would be one of Prometheus' own, which it takes away. */
function fitting(name: string, reserved: string | undefined): string {
  const plain = labelName.test(name) ? name : `_${name.replaceAll(/[^a-zA-Z0-9_]/g, '_')}`
  const own = plain.replace(/^__+/, '_')
  return own === reserved ? `_${own}` : own
}

export function writeNumber(value: number): string {
  if (Number.isFinite(value) || Number.isNaN(value)) return String(value)
  return value > 0 ? '+Inf' : '-Inf'
}

/** As OpenMetrics wants the bound of a bucket, so that it is the same text whoever writes it: 1.0, 1e+06. */
export function writeCanonical(value: number): string {
  if (!Number.isFinite(value)) return writeNumber(value)
  const [digits = '', power = '0'] = value.toExponential().split('e')
  const exponent = Number(power)
  if (exponent < -4 || exponent > 5)
    return `${digits}e${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`
  return Number.isInteger(value) ? `${value}.0` : String(value)
}
