import { availableParallelism } from 'node:os'
import { isReserved } from '../../descriptors.ts'
import type { TransferableHandle } from '../../node-internals/handles.ts'
import { isAnsweredAtOnce } from '../../protocol/hand-offs.ts'
import { refuse, refuseAtOnce } from '../../refusal.ts'
import { runningClock } from '../../running-clock.ts'
import type { WorkerHandle } from '../fleet/worker-handle.ts'
import { connectionCounts } from './connection-counts.ts'
import type { Loads } from './loads.ts'

/** More new connections than this do not wait in the primary, in all places together, however many descriptors it may have. */
const mostWaiting = 4096

/**
 * The descriptors that connections leave to the primary: for the control
 * socket, refusals and files, and four for each worker that boots (its channel,
 * its watchdog's pipe, and both ends of each until it runs).
 */
const reserve = 96 + 4 * availableParallelism()

/** How long (in ms) a worker that did not take a connection is not offered another. */
const fullFor = 50

/** So many that were served elsewhere are offered to a worker at a time. */
const mostServed = 4

/**
 * So many are offered at a time to a worker that will outlive others: those who
 * come back from one that drains are to have to leave only once.
 */
const mostToNewest = 4

/** How long (in ms) an offer stays unanswered before the worker is asked whether it has arrived. */
const askAfter = 1000

interface Waiting {
  connection: TransferableHandle
  /** It has brought requests elsewhere: its client keeps it. */
  served: boolean
  /** What has been read of it elsewhere, if that is for the one who is to have it. */
  bytes: string | undefined
  /** When it was accepted, in ms of the running clock. */
  since: number
}

/** Those that wait, the oldest first. */
class Line {
  readonly waiting: Waiting[] = []
  /** Until when a worker had no room for one of them, in ms of the running clock. */
  readonly full = new Map<WorkerHandle, number>()
}

interface Offer {
  waiting: Waiting
  /** In ms of the running clock. */
  at: number
  asked: boolean
  /** The worker's main loop has received it: the answer follows, and the next can come. */
  arrived: boolean
}

interface Offers {
  /** Those without an answer. */
  readonly open: Map<number, Offer>
  /** So many of them have not arrived. */
  underway: number
}

export interface HandOffOptions {
  /** How long (in ms) connections wait while nobody takes them. */
  queueTimeout: () => number
  speaksTls: () => boolean
}

/** A place that is closed and one that was opened anew have the same key, and different offers. */
let nextConnection = 1

/**
 * Hands connections that the primary holds to the workers of one place, to
 * the free one that has the fewest. A worker is free when its last hand-off has
 * arrived, so a blocked one holds up a single connection; one that has no room
 * is left alone for a moment. The primary keeps its copy until a worker has
 * taken it: one that dies first has not read a byte of it, and another gets it.
 * What a worker takes it tells a moment later, of several at once.
 */
export class HandOff {
  readonly #key: string
  readonly #options: HandOffOptions
  readonly #loads: Loads
  readonly #clock = runningClock()
  readonly #served = new Line()
  readonly #fresh = new Line()
  /** Clients that were served already come first, and do not wait for room that only others lack. */
  readonly #lines = [this.#served, this.#fresh]
  readonly #offers = new Map<WorkerHandle, Offers>()
  #workers: readonly WorkerHandle[] = []
  /** The generation of the newest, while there are older ones beside them. */
  #newest: number | undefined
  #turn = 0
  #closed = false
  #wakeAt = Infinity
  #callOff = (): void => {}

  constructor(key: string, loads: Loads, options: HandOffOptions) {
    this.#key = key
    this.#loads = loads
    this.#options = options
  }

  /** It has no connection that somebody is to take. */
  get isEmpty(): boolean {
    return this.#areEmpty && [...this.#offers.values()].every(({ open }) => open.size === 0)
  }

  /** @param serving who takes connections now. */
  update(serving: readonly WorkerHandle[]): void {
    this.#workers = serving
    const generations = serving.map(({ release }) => release.generation)
    const newest = Math.max(...generations)
    this.#newest = generations.every((generation) => generation === newest) ? undefined : newest
    this.#dispatch()
  }

  /**
   * @param served whether it has brought requests elsewhere.
   * @param to who is to have it, if that is known, and still possible.
   * @param bytes what has been read of it elsewhere. It is for `to` alone, who may be busy.
   */
  take(connection: TransferableHandle, served: boolean, to?: WorkerHandle, bytes?: string): void {
    if (isReserved(connection, reserve, served))
      return refuseAtOnce(connection, this.#options.speaksTls(), served)
    if (this.#closed || (!served && connectionCounts.held >= mostWaiting))
      return refuse(connection, this.#options.speaksTls(), served)
    connectionCounts.held++
    const now = this.#clock.now()
    const waiting = { connection, served, bytes, since: now }
    const line = this.#lineOf(waiting)
    const mayHave = bytes !== undefined || (to && this.#isFree(to, line, now, mostServed))
    if (to && mayHave && this.#workers.includes(to)) return this.#send(waiting, to)
    line.waiting.push(waiting)
    this.#wakeBy(now + this.#options.queueTimeout())
    this.#dispatch()
  }

  onAnswer(worker: WorkerHandle, ids: readonly number[], accepted: boolean): void {
    for (const id of ids) this.#settle(worker, id, accepted)
    this.#dispatch()
  }

  #settle(worker: WorkerHandle, id: number, accepted: boolean): void {
    const offers = this.#offers.get(worker)
    const offer = offers?.open.get(id)
    if (!offers || !offer) return
    offers.open.delete(id)
    arrive(offers, offer)
    const { served } = offer.waiting
    if (served) this.#loads.expect(worker, -1)
    if (accepted) {
      offer.waiting.connection.close()
      if (served) {
        connectionCounts.moved++
        this.#loads.arrived(worker)
      }
      this.#lineOf(offer.waiting).full.delete(worker)
    } else {
      const until = this.#clock.now() + fullFor
      this.#lineOf(offer.waiting).full.set(worker, until)
      this.#takeBack(offer)
      this.#wakeBy(until)
    }
  }

  onExit(worker: WorkerHandle): void {
    const offers = this.#offers.get(worker)
    this.#offers.delete(worker)
    for (const { full } of this.#lines) full.delete(worker)
    for (const offer of [...(offers?.open.values() ?? [])].toReversed())
      // Others can have what it has not begun to serve: what it takes without a word, it serves at once.
      if (offer.arrived && !isAnsweredAtOnce(offer.waiting)) offer.waiting.connection.close()
      else this.#takeBack(offer)
    this.#workers = this.#workers.filter((other) => other !== worker)
    this.#dispatch()
  }

  /** Somebody else is to have it. */
  #takeBack(offer: Offer): void {
    const { waiting } = offer
    if (offer.arrived) connectionCounts.held++
    // What Node still says of it is of the one who had it.
    offer.arrived = true
    this.#lineOf(waiting).waiting.unshift(waiting)
    this.#wakeBy(waiting.since + this.#options.queueTimeout())
  }

  /** What waits is sent at once, ahead of the order to drain; nothing is taken after that. */
  close(): void {
    for (const { waiting } of this.#lines)
      while (waiting.length > 0 && this.#workers.length > 0)
        this.#send(
          waiting.shift()!,
          this.#nextWorker(() => true)!,
        )
    this.#closed = true
    this.#workers = []
    this.#dispatch()
  }

  get #areEmpty(): boolean {
    return this.#served.waiting.length + this.#fresh.waiting.length === 0
  }

  #lineOf({ served }: Waiting): Line {
    return served ? this.#served : this.#fresh
  }

  #dispatch(): void {
    const now = this.#clock.now()
    for (const line of this.#lines)
      while (line.waiting.length > 0) {
        const worker = this.#nextWorker((candidate) => {
          const most = candidate.release.generation === this.#newest ? mostToNewest : 1
          return this.#isFree(candidate, line, now, most)
        })
        if (worker) this.#send(line.waiting.shift()!, worker)
        else if (this.#closed) this.#refuseFirst(line)
        else break
      }
  }

  #isFree(worker: WorkerHandle, { full }: Line, now: number, most = 1): boolean {
    return (this.#offers.get(worker)?.underway ?? 0) < most && (full.get(worker) ?? -Infinity) <= now
  }

  /** Of those that have as few as each other, the next in turn. */
  #nextWorker(fits: (worker: WorkerHandle) => boolean): WorkerHandle | undefined {
    const workers = this.#workers
    const turn = this.#turn
    let next: WorkerHandle | undefined
    let fewest = Infinity
    for (let tried = 0; tried < workers.length; tried++) {
      const worker = workers[(turn + tried) % workers.length]!
      const connections = this.#loads.all(worker)
      if (connections >= fewest || !fits(worker)) continue
      fewest = connections
      next = worker
      this.#turn = turn + tried + 1
    }
    return next
  }

  #send(waiting: Waiting, worker: WorkerHandle): void {
    const id = nextConnection++
    let offers = this.#offers.get(worker)
    if (!offers) this.#offers.set(worker, (offers = { open: new Map(), underway: 0 }))
    const { connection, served, bytes } = waiting
    const now = this.#clock.now()
    const offer = { waiting, at: now, asked: false, arrived: false }
    offers.open.set(id, offer)
    offers.underway++
    if (served) this.#loads.expect(worker, 1)
    else this.#loads.handed(worker, now)
    this.#wakeBy(now + askAfter)
    const onArrival = (): void => {
      arrive(offers, offer)
      if (!this.#areEmpty) this.#dispatch()
    }
    const message = { type: 'connection', key: this.#key, connection: id, served, bytes } as const
    worker.send(message, connection, undefined, onArrival)
  }

  #refuseFirst({ waiting }: Line): void {
    connectionCounts.held--
    const { connection, served } = waiting.shift()!
    refuse(connection, this.#options.speaksTls(), served)
  }

  /** Sees to what no event tells of, when the first of it is due. */
  #wakeBy(due: number): void {
    // A timer that comes too early finds nothing to do, and costs less than setting it anew each time.
    if (due >= this.#wakeAt) return
    this.#callOff()
    this.#wakeAt = due
    this.#callOff = this.#clock.after(Math.max(1, due - this.#clock.now()), () => {
      const now = this.#clock.now()
      this.#wakeAt = Infinity
      this.#onTime(now)
      this.#dispatch()
      this.#wakeBy(this.#nextDue(now))
    })
  }

  #nextDue(now: number): number {
    let due = Infinity
    for (const { waiting, full } of this.#lines) {
      if (!waiting[0]) continue
      due = Math.min(due, waiting[0].since + this.#options.queueTimeout())
      for (const until of full.values()) if (until > now) due = Math.min(due, until)
    }
    for (const { open } of this.#offers.values())
      for (const { at, asked } of open.values()) if (!asked) due = Math.min(due, at + askAfter)
    return due
  }

  #onTime(now: number): void {
    const tooOld = now - this.#options.queueTimeout()
    for (const line of this.#lines)
      while (line.waiting[0] && line.waiting[0].since <= tooOld) this.#refuseFirst(line)
    for (const [worker, { open }] of this.#offers)
      for (const [id, offer] of open)
        if (!offer.asked && offer.at <= now - askAfter) {
          offer.asked = true
          // A worker without a free descriptor gets the message without its connection, which Node then drops.
          worker.send({ type: 'hand-off-check', key: this.#key, connection: id })
        }
  }
}

function arrive(offers: Offers, offer: Offer): void {
  if (offer.arrived) return
  offer.arrived = true
  offers.underway--
  connectionCounts.held--
}
