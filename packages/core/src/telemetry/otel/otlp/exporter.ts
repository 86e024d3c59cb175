import { setTimeout as sleep } from 'node:timers/promises'
import type { Log } from '../../../log.ts'
import { toLine } from '../../../thrown.ts'
import { CollectorAddress } from './collector-address.ts'
import { type Outcome, outcomeOf } from './outcome.ts'
import { post } from './post.ts'
import type { OtlpSettings } from './settings.ts'

/** How long (in ms) the end of this process waits for the last export. */
const longestLast = 1000

/** After how many ms a first retry follows; each further one after twice as many. */
const firstRetry = 1000

/**
 * Exports once per interval, one export at a time. A collector that is away is
 * said once, and once when it is back: nothing is lost meanwhile, as each export
 * has the whole.
 */
export class Exporter {
  readonly #settings: OtlpSettings
  readonly #collect: () => string | undefined
  readonly #log: Log
  readonly #address: CollectorAddress
  readonly #stop = new AbortController()
  #timer: NodeJS.Timeout | undefined
  #running: Promise<void> | undefined
  #ending: Promise<void> | undefined
  /** By `performance.now`: before that, the collector does not want to be asked. */
  #notBefore = 0
  #isFailing = false
  #isRefusing = false

  /** @param collect returns the body of a request, or `undefined` if somebody else exports. */
  constructor(settings: OtlpSettings, collect: () => string | undefined, log: Log) {
    this.#settings = settings
    this.#collect = collect
    this.#log = log
    this.#address = new CollectorAddress(settings.url.hostname)
  }

  start(): void {
    this.#address.prepare()
    this.#timer = setInterval(() => {
      if (performance.now() < this.#notBefore) return
      this.#running ??= this.#export().finally(() => (this.#running = undefined))
    }, this.#settings.interval).unref()
  }

  /** Exports once more, and never again. Takes a second at most. */
  end(): Promise<void> {
    return (this.#ending ??= this.#end())
  }

  async #end(): Promise<void> {
    clearInterval(this.#timer)
    this.#address.fix()
    this.#stop.abort()
    await this.#running
    this.#tell(await this.#try(longestLast))
  }

  async #export(): Promise<void> {
    const { timeout, requestTimeout } = this.#settings
    const { signal } = this.#stop
    const deadline = performance.now() + timeout
    let first: Outcome | undefined
    for (let delay = firstRetry; ; delay *= 2) {
      const left = deadline - performance.now()
      const outcome = await this.#try(Math.min(requestTimeout, left), signal)
      if (signal.aborted) return
      if (outcome.kind !== 'failed' || outcome.isFinal) return this.#tell(outcome)
      // What comes after it may only have had too little time left.
      first ??= outcome
      // Not all at the same moment, who have lost the same collector.
      const wait = Math.max(outcome.retryAfter ?? 0, delay * (0.5 + Math.random() / 2))
      if (performance.now() + wait >= deadline) {
        this.#notBefore = performance.now() + (outcome.retryAfter ?? 0)
        return this.#tell(first)
      }
      await sleep(wait, undefined, { ref: false, signal }).catch(() => {})
      if (signal.aborted) return
    }
  }

  async #try(timeout: number, signal?: AbortSignal): Promise<Outcome> {
    try {
      const body = this.#collect()
      if (body === undefined) return { kind: 'left' }
      const answer = await post(body, this.#settings, this.#address.lookup, { timeout, signal })
      return outcomeOf(answer, Date.now())
    } catch (error) {
      this.#address.doubt()
      return { kind: 'failed', why: toLine(error), isFinal: false }
    }
  }

  #tell(outcome: Outcome): void {
    if (outcome.kind === 'left') return
    // What else stands in it may be a secret.
    const where = this.#settings.url.origin
    if (outcome.kind === 'failed') {
      if (this.#isFailing) return
      this.#isFailing = true
      this.#log.warn(
        'opentelemetry',
        `metrics do not reach ${where}: ${outcome.why}. It is said when they do again`,
      )
      return
    }
    if (this.#isFailing) this.#log.info('opentelemetry', `metrics reach ${where} again`)
    this.#isFailing = false
    if (outcome.refused !== undefined && !this.#isRefusing)
      this.#log.warn('opentelemetry', `${where} does not take all metrics: ${outcome.refused}`)
    this.#isRefusing = outcome.refused !== undefined
  }
}
