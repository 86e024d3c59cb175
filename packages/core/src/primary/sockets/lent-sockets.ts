import { constants } from 'node:os'
import { emptyQueues } from '../../empty-queue.ts'
import type { TransferableHandle } from '../../node-internals/handles.ts'
import type { Loan } from '../../protocol/messages.ts'
import type { Balancer } from './balancer.ts'
import type { HandOff, HandOffOptions } from './hand-off.ts'
import { Copies } from './copies.ts'
import { runningClock } from '../../running-clock.ts'
import { settles } from '../../settles.ts'
import { decideLending } from './lending.ts'
import { Refuser } from './refuser.ts'
import type { WorkerHandle } from '../fleet/worker-handle.ts'

export interface LentSocketsOptions extends HandOffOptions {
  backlog: number
}

/** How long (in ms) after a `Refuser` could not be started, or was ended by somebody else, the next attempt is. */
const tryRefuserAgain = 1000

/**
 * How long (in ms) a socket stays with a sibling whose help is needed no more. A
 * worker with much to do is late now and then, and to receive a socket takes
 * a sibling that has as much to do a whole turn, in which it hears nothing else.
 */
const keepTime = 1000

/** How long (in ms) a close waits for workers that do not return what they were lent: a blocked one, say. */
const longestLoan = 1000

/**
 * The kernel spreads connections over one listening socket per slot. The
 * primary keeps every socket and lends it to workers, who accept from it
 * themselves: no connection goes through the primary, and a queue outlives the
 * workers that served it.
 */
export class LentSockets implements Balancer {
  readonly kind = 'kernel'
  readonly #key: string
  readonly #backlog: number
  readonly #bind: () => TransferableHandle | undefined
  readonly #sockets: TransferableHandle[] = []
  #lent: Set<WorkerHandle>[] = []
  readonly #copies = new Copies()
  readonly #handOff: HandOff
  readonly #queueTimeout: () => number
  readonly #speaksTls: () => boolean
  readonly #clock = runningClock()
  #serving: readonly WorkerHandle[] = []
  /** When somebody else than the worker of its slot had to accept from a socket, in ms of the running clock. */
  readonly #neededAt: number[] = []
  #cancelUpdate: (() => void) | undefined
  #closed = false
  /** Some worker has served: from here on the port is open. */
  #opened = false
  #refuseTimer: NodeJS.Timeout | undefined
  #refuser: Refuser | undefined

  /** @param bind makes one more socket of the same port, if it can. */
  constructor(
    key: string,
    bind: () => TransferableHandle | undefined,
    handOff: HandOff,
    options: LentSocketsOptions,
  ) {
    this.#key = key
    this.#bind = bind
    this.#handOff = handOff
    this.#backlog = options.backlog
    this.#queueTimeout = options.queueTimeout
    this.#speaksTls = options.speaksTls
  }

  lendAtBoot(worker: WorkerHandle): { loan: Loan; handle: TransferableHandle } | undefined {
    const socket = worker.slot
    this.#provide(socket + 1)
    // Another program has taken the port since it was found to be free.
    if (this.#sockets.length === 0) throw Object.assign(new Error(), { errno: -constants.errno.EADDRINUSE })
    const handle = this.#sockets[socket]
    if (!handle) return undefined
    this.#lent[socket]!.add(worker)
    this.#copies.add(worker, socket)
    return { loan: this.#loan(socket), handle }
  }

  update(serving: readonly WorkerHandle[], isServed: boolean): void {
    if (this.#closed) return
    this.#opened ||= isServed
    this.#serving = serving
    this.#provide(Math.max(0, ...serving.map(({ slot }) => slot + 1)))
    const wanted = decideLending(this.#sockets.length, serving, this.#lent)
    for (const [socket, handle] of this.#sockets.entries()) {
      const before = this.#lent[socket]!
      const now = wanted[socket]!
      const mayKeep = this.#mayKeep(socket, now)
      for (const worker of before)
        if (worker.state === 'booting' || (mayKeep && this.#isSibling(worker, socket))) now.add(worker)
      for (const worker of now)
        if (!before.has(worker)) {
          worker.send({ type: 'lend', key: this.#key, loan: this.#loan(socket) }, handle)
          this.#copies.add(worker, socket)
        }
      for (const worker of before)
        // One that drains gives back by itself.
        if (!now.has(worker) && worker.serving) worker.send({ type: 'take-back', key: this.#key, socket })
    }
    this.#lent = wanted
    this.#watchQueues(serving.length)
  }

  #isSibling(worker: WorkerHandle, socket: number): boolean {
    return worker.slot !== socket && this.#serving.includes(worker)
  }

  /** Whether a sibling that has the socket keeps it, needed or not. */
  #mayKeep(socket: number, borrowers: ReadonlySet<WorkerHandle>): boolean {
    const now = this.#clock.now()
    if ([...borrowers].some(({ slot }) => slot !== socket)) this.#neededAt[socket] = now
    const mayKeep = now - (this.#neededAt[socket] ?? -Infinity) < keepTime
    if (mayKeep) this.#updateLater()
    return mayKeep
  }

  #updateLater(): void {
    this.#cancelUpdate ??= this.#clock.after(keepTime, () => {
      this.#cancelUpdate = undefined
      this.update(this.#serving, this.#serving.length > 0)
    })
  }

  onExit(worker: WorkerHandle): void {
    this.#serving = this.#serving.filter((other) => other !== worker)
    for (const borrowers of this.#lent) borrowers.delete(worker)
    this.#copies.onExit(worker)
  }

  onReturned(worker: WorkerHandle, socket: number): void {
    this.#copies.onReturned(worker, socket)
  }

  /** While nobody serves, the queues fill up in the kernel; not for ever. */
  #watchQueues(serving: number): void {
    if (serving > 0) {
      clearTimeout(this.#refuseTimer)
      this.#refuseTimer = undefined
      this.#refuser?.stop()
      this.#refuser = undefined
    } else if (this.#opened && !this.#refuser) this.#refuseAfter(this.#queueTimeout())
  }

  #refuseAfter(delay: number): void {
    this.#refuseTimer ??= setTimeout(() => {
      this.#refuseTimer = undefined
      const message = { backlog: this.#backlog, speaksTls: this.#speaksTls() }
      const refuser = Refuser.start(this.#sockets, message, () => this.#onRefuserEnd(refuser))
      this.#refuser = refuser
      if (!refuser) this.#refuseAfter(tryRefuserAgain)
    }, delay)
  }

  /** Unless it was to end, somebody else ended it. */
  #onRefuserEnd(refuser: Refuser | undefined): void {
    if (refuser === undefined || refuser !== this.#refuser) return
    this.#refuser = undefined
    this.#refuseAfter(tryRefuserAgain)
  }

  /** The queues end with the last copy of each socket, and that is the one here. */
  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    this.#cancelUpdate?.()
    const isOpen = this.#opened
    this.#watchQueues(1)
    for (const { worker, socket } of this.#copies.all)
      worker.send({ type: 'take-back', key: this.#key, socket })
    for (const handle of this.#sockets)
      handle.onconnection = (status, connection) => {
        if (status === 0) this.#handOff.take(connection, false)
      }
    const returned = Promise.all(this.#sockets.map((_, socket) => this.#copies.areReturned(socket)))
    if (isOpen) await emptyQueues(this.#sockets, { shut: true, until: settles(returned, longestLoan) })
    for (const handle of this.#sockets) handle.close()
  }

  // Never fewer than there were: closing a socket resets what waits in its queue.
  #provide(sockets: number): void {
    while (this.#sockets.length < sockets) {
      const socket = this.#bind()
      // No descriptor is left, say. The worker serves what siblings leave it.
      if (!socket) return
      this.#sockets.push(socket)
      this.#lent.push(new Set())
      // Its worker may have no room either.
      this.#refuser?.take(socket)
    }
  }

  #loan(socket: number): Loan {
    return { socket, backlog: this.#backlog }
  }
}
