import { badOption } from './bad-option.ts'
import { announce, ownSlot } from './diagnostics.ts'
import { type LoopDelay, loopDelay } from './loop-delay.ts'
import { runtime } from './runtime.ts'

/** From when on requests are shed. At least one of the two bounds is needed. */
export interface OverloadOptions {
  /**
   * By how many milliseconds the event loop may be late, as the mean of the
   * last 100 ms or so.
   * @default no bound
   */
  maxLoopDelay?: number
  /**
   * How many requests may be in flight in this process.
   * @default no bound
   */
  maxInFlight?: number
  /**
   * After how many seconds a client that is turned away may try again: a whole
   * number, for the header `Retry-After`.
   * @default 1
   */
  retryAfter?: number
}

/** A response of node:http, or whatever else says when it is over. */
export interface Admitted {
  once(event: 'close', listener: () => void): unknown
}

/**
 * Decides which requests are shed because this process has more to do than it
 * can do in time. What the middleware `shed` of the adapters is made of.
 */
export class Overload {
  /** The value of the header `Retry-After`. */
  readonly retryAfter: string
  readonly #maxLoopDelay: number
  readonly #maxInFlight: number
  #inFlight = 0
  /** Watched from the first request on: a primary that has loaded the app has none. */
  #delay: LoopDelay | undefined
  readonly #leave = (): void => {
    this.#inFlight--
  }

  /** @throws {ClusteredError} ERR_CLUSTERED_BAD_OPTION */
  constructor(options: OverloadOptions) {
    if (typeof options !== 'object' || options === null)
      throw badOption('options', options, 'an object such as { maxLoopDelay: 100 }')
    const { maxLoopDelay, maxInFlight, retryAfter = 1, ...unknown } = options
    for (const [name, value] of Object.entries(unknown))
      throw badOption(name, value, 'one of: maxLoopDelay, maxInFlight, retryAfter', 'is not an option')
    if (maxLoopDelay === undefined && maxInFlight === undefined)
      throw badOption('maxLoopDelay', undefined, 'a number of milliseconds, unless maxInFlight is given')
    if (maxLoopDelay !== undefined && !(typeof maxLoopDelay === 'number' && maxLoopDelay > 0))
      throw badOption('maxLoopDelay', maxLoopDelay, 'a number of milliseconds above 0')
    if (maxInFlight !== undefined && !(Number.isInteger(maxInFlight) && maxInFlight > 0))
      throw badOption('maxInFlight', maxInFlight, 'a whole number from 1')
    if (!(Number.isInteger(retryAfter) && retryAfter >= 0))
      throw badOption('retryAfter', retryAfter, 'a whole number of seconds from 0')
    this.#maxLoopDelay = maxLoopDelay ?? Infinity
    this.#maxInFlight = maxInFlight ?? Infinity
    this.retryAfter = String(retryAfter)
  }

  /** By how many milliseconds the event loop is late; 0 before the first request. */
  get loopDelay(): number {
    return this.#delay?.now ?? 0
  }

  /** How many of the requests that were admitted are not over. */
  get inFlight(): number {
    return this.#inFlight
  }

  /** Counts a request until its response is over, or says that it is to be shed. */
  admits(response: Admitted): boolean {
    this.#delay ??= loopDelay()
    if (this.#delay.now > this.#maxLoopDelay || this.#inFlight >= this.#maxInFlight)
      return this.#shed(response)
    this.#inFlight++
    response.once('close', this.#leave)
    return true
  }

  #shed(response: Admitted): false {
    const here = runtime()
    here.shed = (here.shed ?? 0) + 1
    announce('clustered:shed', () => ({ slot: ownSlot(), response }))
    return false
  }
}
