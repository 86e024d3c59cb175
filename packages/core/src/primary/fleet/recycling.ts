import { stableAfter } from './backoff.ts'
import type { Settings } from '../../settings.ts'
import type { Vitals } from '../../cluster.ts'

/** What decides whether a worker is replaced before anything is wrong with it. */
export interface Recyclable {
  /** By the same clock as `now`. */
  readonly bornAt: number
  readonly vitals: Vitals | undefined
  /** From 0 to 1, drawn once for each worker. */
  readonly jitter: number
}

/** Workers that began together would otherwise all reach their limit together. */
const jitterPart = 0.1

const mebibyte = 1024 * 1024

/** @returns why the worker is to be recycled, if it is. */
export function recycleReason(worker: Recyclable, settings: Settings, now: number): string | undefined {
  const { maxMemory, maxRequests, maxAge } = settings
  const { vitals, bornAt } = worker
  const jittered = (limit: number): number => limit * (1 - worker.jitter * jitterPart)
  // One that is too big as soon as it has booted would be replaced for ever, at once.
  const isSettled = now - bornAt >= stableAfter
  if (vitals && isSettled && vitals.rss > maxMemory)
    return `maxMemory: it uses ${Math.round(vitals.rss / mebibyte)} MiB of ${Math.round(maxMemory / mebibyte)} MiB`
  if (vitals && vitals.requests >= jittered(maxRequests))
    return `maxRequests: it has served ${vitals.requests}`
  if (now - bornAt >= jittered(maxAge)) return `maxAge: it is ${Math.round((now - bornAt) / 1000)} s old`
  return undefined
}
