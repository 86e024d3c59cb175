import { readFileSync } from 'node:fs'
import { validateHeaderName, validateHeaderValue } from 'node:http'
import { toWords } from '../../../thrown.ts'
import type { Variables } from './variables.ts'

/** How metrics leave by OTLP. All times are in milliseconds. */
export interface OtlpSettings {
  url: URL
  headers: Readonly<Record<string, string>>
  gzip: boolean
  interval: number
  /** Of one export, its retries included. */
  timeout: number
  /** Of one request. */
  requestTimeout: number
  tls: Readonly<Record<'ca' | 'cert' | 'key', Buffer | undefined>>
}

/** Whether the standard variables ask for it. */
export function isAsked(variables: Variables): boolean {
  const exporters = variables.get('OTEL_METRICS_EXPORTER')?.value.split(',') ?? ['otlp']
  return (
    variables.otlp('ENDPOINT') !== undefined &&
    exporters.some((name) => name.trim() === 'otlp') &&
    variables.get('OTEL_SDK_DISABLED')?.value.toLowerCase() !== 'true'
  )
}

/** @returns `undefined` if nothing can be exported: the variables' notes say why. */
export function otlpSettings(variables: Variables): OtlpSettings | undefined {
  const url = urlOf(variables)
  if (!isSpoken(variables) || !url) return undefined
  const interval = variables.ms(variables.get('OTEL_METRIC_EXPORT_INTERVAL'), 60_000)
  const timeout = variables.ms(variables.get('OTEL_METRIC_EXPORT_TIMEOUT'), 30_000)
  const requestTimeout = variables.ms(variables.otlp('TIMEOUT'), 10_000)
  noteTemporality(variables)
  return {
    url,
    headers: headersOf(variables),
    gzip: isGzip(variables),
    interval,
    timeout,
    requestTimeout: Math.min(requestTimeout, timeout),
    tls: {
      ca: fileOf(variables, 'CERTIFICATE'),
      cert: fileOf(variables, 'CLIENT_CERTIFICATE'),
      key: fileOf(variables, 'CLIENT_KEY'),
    },
  }
}

function urlOf(variables: Variables): URL | undefined {
  const { name, value } = variables.otlp('ENDPOINT')!
  const url = parse(value)
  if (url?.protocol !== 'http:' && url?.protocol !== 'https:') {
    variables.warn(
      `${name} is no address; expected one such as http://localhost:4318. No metrics are exported`,
    )
    return undefined
  }
  // The one for metrics alone is taken as it is.
  if (name === 'OTEL_EXPORTER_OTLP_ENDPOINT') url.pathname = `${url.pathname.replace(/\/+$/, '')}/v1/metrics`
  return url
}

function parse(value: string): URL | undefined {
  try {
    return new URL(value)
  } catch {
    return undefined
  }
}

function isSpoken(variables: Variables): boolean {
  const { name, value } = variables.otlp('PROTOCOL') ?? { name: '', value: 'http/json' }
  if (value === 'http/json') return true
  if (value.startsWith('http/')) {
    variables.info(
      `${name} is ${value}: metrics are exported as http/json, which collectors take at the same address`,
    )
    return true
  }
  variables.warn(
    `${name} is ${value}, and only http/json is spoken here: no metrics are exported. Set ` +
      'OTEL_EXPORTER_OTLP_METRICS_PROTOCOL=http/json, and OTEL_EXPORTER_OTLP_METRICS_ENDPOINT to where the ' +
      'collector takes it, such as http://localhost:4318/v1/metrics',
  )
  return false
}

function headersOf(variables: Variables): Record<string, string> {
  const pairs = ['OTEL_EXPORTER_OTLP_HEADERS', 'OTEL_EXPORTER_OTLP_METRICS_HEADERS'].flatMap((name) =>
    variables
      .pairs(variables.get(name))
      .filter(([header, value]) => isHeader(variables, name, header, value)),
  )
  return Object.fromEntries(pairs.map(([header, value]) => [header.toLowerCase(), value]))
}

function isHeader(variables: Variables, name: string, header: string, value: string): boolean {
  try {
    validateHeaderName(header)
    validateHeaderValue(header, value)
    return true
  } catch {
    variables.warn(`${name}: ${JSON.stringify(header)} and its value are no header of HTTP, and are left out`)
    return false
  }
}

function isGzip(variables: Variables): boolean {
  const asked = variables.otlp('COMPRESSION')
  if (asked && asked.value !== 'gzip' && asked.value !== 'none')
    variables.warn(`${asked.name} is ${asked.value}; expected gzip or none. Nothing is compressed`)
  return asked?.value === 'gzip'
}

function noteTemporality(variables: Variables): void {
  const asked = variables.get('OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE')
  if (asked && asked.value.toLowerCase() !== 'cumulative')
    variables.info(`${asked.name} is ${asked.value}: metrics are exported with cumulative temporality`)
}

function fileOf(variables: Variables, word: string): Buffer | undefined {
  const asked = variables.otlp(word)
  try {
    return asked && readFileSync(asked.value)
  } catch (error) {
    variables.warn(`${asked!.name} is left out: ${toWords(error).message}`)
    return undefined
  }
}
