import type { Answer } from './post.ts'

/** What has become of an export. */
export type Outcome =
  /** Somebody else exports. */
  | { kind: 'left' }
  /** `refused` says what of it was not taken, if the collector says so. */
  | { kind: 'done'; refused: string | undefined }
  /** `retryAfter` in ms, if the collector says so; `isFinal`: the same again would go the same way. */
  | { kind: 'failed'; why: string; isFinal: boolean; retryAfter?: number | undefined }

/** The longest (in ms) that a collector can keep its metrics away. */
const longestWait = 600_000

/** The statuses that OTLP wants a client to try again after. */
const retryable = [429, 502, 503, 504]

/** @param now milliseconds since the epoch. */
export function outcomeOf({ status, retryAfter, text }: Answer, now: number): Outcome {
  const said = parse(text)
  if (status >= 200 && status < 300) return { kind: 'done', refused: refusedIn(said) }
  const message = textOf(said['message'])
  const why = `it answered ${status}${message ? ` (${message})` : ''}`
  const isFinal = !retryable.includes(status)
  return { kind: 'failed', why, isFinal, retryAfter: isFinal ? undefined : toWait(retryAfter, now) }
}

function refusedIn(said: Record<string, unknown>): string | undefined {
  const partial = asObject(said['partialSuccess'])
  const rejected = Number(partial['rejectedDataPoints'] ?? 0)
  const message = textOf(partial['errorMessage'])
  if (!(rejected > 0) && !message) return undefined
  return [rejected > 0 && `${rejected} data points`, message].filter(Boolean).join(': ')
}

function toWait(header: string | undefined, now: number): number | undefined {
  if (header === undefined) return undefined
  const ms = /^\d+$/.test(header) ? Number(header) * 1000 : Date.parse(header) - now
  return ms >= 0 ? Math.min(ms, longestWait) : undefined
}

function parse(text: string): Record<string, unknown> {
  try {
    return asObject(JSON.parse(text))
  } catch {
    return {}
  }
}

function asObject(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
}

/** It goes into one line of the log. */
function textOf(value: unknown): string {
  return typeof value === 'string' ? value.slice(0, 200).replaceAll(/[\p{Cc}\u2028\u2029]+/gu, ' ') : ''
}
