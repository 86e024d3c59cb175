import type { GoodbyeSettings } from '../../goodbye-settings.ts'
import { EventStreams } from './event-streams.ts'
import type { Farewell, Farewells } from './farewell.ts'
import type { Ledger } from './ledger.ts'
import { shuffled, Turns } from './turns.ts'
import { WebSockets } from './websockets.ts'

/** How often (in ms) connections are looked at. */
const sweepInterval = 20

/** The part of the drain timeout that is left to what may end by itself. */
const ownEndPart = 0.75

/** The longest that a busy one is left after its turn: a part of the drain timeout, and in ms. */
const patience = { part: 0.1, most: 1000 }

/** How long a client may take to answer: a part of the drain timeout, and in ms. */
const answer = { part: 0.2, most: 2000 }

interface Visit {
  readonly farewell: Farewell
  readonly turn: number
  saidAt: number | undefined
}

/**
 * Says goodbye on what stays open, until the last connection has ended: an
 * upgrade or an answer that begins late is found by a later look.
 */
export class Goodbyes {
  readonly #all: readonly Farewells[]
  readonly #visits = new Set<Visit>()
  #turns: Turns | undefined
  #timer: NodeJS.Timeout | undefined

  /** Make it before the server has connections. */
  constructor(ledger: Ledger) {
    this.#all = [new WebSockets(ledger), new EventStreams(ledger)]
  }

  /** @param timeout milliseconds until what is left is cut. */
  start(timeout: number, { perSecond, quiet }: GoodbyeSettings): void {
    const lastCall = performance.now() + timeout * ownEndPart
    const sweep = (): void => {
      const now = performance.now()
      const found = this.#all.flatMap((farewells) => [...farewells.find(quiet)])
      this.#turns ??= new Turns(found.length, perSecond, timeout, now)
      for (const farewell of shuffled(found))
        this.#visits.add({
          farewell,
          turn: farewell.mayEnd ? Math.max(now, lastCall) : this.#turns.take(now),
          saidAt: undefined,
        })
      for (const visit of this.#visits) this.#visit(visit, now, timeout)
    }
    sweep()
    this.#timer = setInterval(sweep, sweepInterval)
  }

  stop(): void {
    clearInterval(this.#timer)
  }

  #visit(visit: Visit, now: number, timeout: number): void {
    const { farewell, turn, saidAt } = visit
    if (farewell.isOver) this.#visits.delete(visit)
    else if (saidAt !== undefined) {
      // A slow reader has not heard it yet.
      if (!farewell.hasLeft) visit.saidAt = now
      if (now < saidAt + least(answer, timeout)) return
      this.#visits.delete(visit)
      farewell.cut?.()
    } else if (now >= turn && farewell.say(now < turn + least(patience, timeout))) visit.saidAt = now
  }
}

function least({ part, most }: { part: number; most: number }, timeout: number): number {
  return Math.min(most, timeout * part)
}
