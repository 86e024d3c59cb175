import { deferred } from '../../deferred.ts'
import { ClusteredError } from '../../errors.ts'
import {
  asLook,
  longestLook,
  type Look,
  type Question,
  type ThreadAnswer,
  type ThreadQuestion,
} from '../../protocol/inside.ts'
import type { ToPrimary, ToWorker } from '../../protocol/messages.ts'
import type { Clock } from '../../running-clock.ts'

/** How long (in ms) a main thread may take to answer before its watchdog is asked. */
const threadAfter = 250

interface Ways {
  ask(message: Extract<ToWorker, { type: 'ask' }>): void
  askThread(question: ThreadQuestion): void
}

interface Pending {
  settle(answer: unknown): void
  reject(error: Error): void
  byThread(answer: ThreadAnswer): void
}

/** Where a worker is: its loop turns, or stands, or nobody there answers. */
export type Where =
  | { loop: 'turns'; look: Look }
  | ({ loop: 'stands' } & Omit<ThreadAnswer, 'kind' | 'id'>)
  | { loop: 'silent' }

/** What one worker has been asked by those who look inside, and has not answered yet. */
export class Asks {
  readonly #clock: Clock
  readonly #ways: Ways
  readonly #pending = new Map<number, Pending>()
  readonly #gone = deferred()
  #next = 1

  constructor(clock: Clock, ways: Ways) {
    this.#clock = clock
    this.#ways = ways
  }

  /** Resolves when the worker is gone. */
  get gone(): Promise<void> {
    return this.#gone.promise
  }

  /** Never rejects. */
  look(query: boolean): Promise<Where> {
    return new Promise((resolve) => {
      const id = this.#next++
      const cancels: (() => void)[] = []
      const settle = (where: Where): void => {
        this.#pending.delete(id)
        for (const cancel of cancels) cancel()
        resolve(where)
      }
      this.#pending.set(id, {
        settle: (answer) => {
          const look = asLook(answer)
          settle(look ? { loop: 'turns', look } : { loop: 'silent' })
        },
        reject: () => settle({ loop: 'silent' }),
        byThread: ({ stalledFor, stack, busy, look }) =>
          settle({ loop: 'stands', stalledFor, stack, busy, look }),
      })
      this.#ways.ask({ type: 'ask', id, question: { what: 'look', query } })
      cancels.push(
        this.#clock.after(threadAfter, () => this.#askThread(id, { what: 'stack', query })),
        this.#clock.after(longestLook, () => settle({ loop: 'silent' })),
      )
    })
  }

  /**
   * @param answered reads the answer; what it does not understand is none.
   * @throws {ClusteredError} (rejects) what the worker answers, or ERR_CLUSTERED_WORKER_GONE.
   */
  ask<Answer>(question: Question, answered: (answer: unknown) => Answer | undefined): Asked<Answer> {
    const id = this.#next++
    const answer = new Promise<Answer>((resolve, reject) => {
      this.#pending.set(id, {
        settle: (told) => {
          const understood = answered(told)
          if (understood === undefined)
            reject(new ClusteredError('ERR_CLUSTERED_NOT_DONE', 'it has not said how that went'))
          else resolve(understood)
        },
        reject,
        byThread() {},
      })
      this.#ways.ask({ type: 'ask', id, question })
    })
    // Nobody has to wait for it.
    answer.catch(() => {})
    return { answer, stop: () => this.#stop(id) }
  }

  settle({ id, answer, error }: Extract<ToPrimary, { type: 'told' }>): void {
    const pending = this.#pending.get(id)
    this.#pending.delete(id)
    if (error) pending?.reject(new ClusteredError(error.code as 'ERR_CLUSTERED_NOT_DONE', error.message))
    else pending?.settle(answer)
  }

  settleByThread(answer: ThreadAnswer): void {
    this.#pending.get(answer.id)?.byThread(answer)
  }

  /** It is gone. */
  fail(): void {
    this.#gone.resolve()
    for (const pending of this.#pending.values())
      pending.reject(new ClusteredError('ERR_CLUSTERED_WORKER_GONE', 'the worker is gone'))
    this.#pending.clear()
  }

  #askThread(id: number, ask: ThreadQuestion['ask']): void {
    this.#ways.askThread({ id, at: Date.now(), ask })
  }

  /** A debugger may hold its main thread: that goes on, until it has heard. */
  #stop(id: number): void {
    const stopping = this.ask({ what: 'stop', id: id }, () => true)
    const cancel = this.#clock.after(threadAfter, () =>
      this.#askThread(id, { what: 'resume', time: longestLook }),
    )
    stopping.answer.then(cancel, cancel)
  }
}

interface Asked<Answer> {
  readonly answer: Promise<Answer>
  /** Whoever has asked has gone. */
  readonly stop: () => void
}
