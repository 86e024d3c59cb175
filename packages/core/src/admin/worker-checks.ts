import type { CheckResults } from '../health/checks.ts'
import type { WorkerHandle } from '../primary/fleet/worker-handle.ts'
import { asCheckResults } from '../protocol/check-results.ts'
import type { Settings } from '../settings.ts'

/** How long (in ms) a worker may take to say that its loop turns, before another is asked too. */
const patience = 50

/** How long (in ms) it is waited for when the last one has been asked. */
const lastPatience = 200

/** So many are asked. */
const mostAsked = 5

/** How much longer (in ms) than its checks a worker may take to tell what they have said. */
const margin = 250

/**
 * What the app's checks say, which workers run: one of those whose loop turns. While
 * none does, what they have last said stands, as that says nothing about the app's needs.
 */
export class WorkerChecks {
  readonly #workers: () => readonly WorkerHandle[]
  readonly #settings: Pick<Settings, 'checkTimeout' | 'checkMaxAge'>
  /** They have not said yet that their loop turns. */
  readonly #silent = new Set<WorkerHandle>()
  #run: Promise<CheckResults> | undefined
  #last: CheckResults | undefined
  #askedAt = -Infinity

  constructor(
    workers: () => readonly WorkerHandle[],
    settings: Pick<Settings, 'checkTimeout' | 'checkMaxAge'>,
  ) {
    this.#workers = workers
    this.#settings = settings
  }

  /** What they have said last, however long ago. */
  get last(): CheckResults {
    return this.#last ?? {}
  }

  /** Never rejects. */
  async now(): Promise<CheckResults> {
    const workers = this.#able()
    if (workers.length === 0) return (this.#last = {})
    const { checkMaxAge } = this.#settings
    if (this.#last && performance.now() - this.#askedAt < checkMaxAge) return this.#last
    return (this.#run ??= this.#ask(workers).finally(() => (this.#run = undefined)))
  }

  /** Those that can run them, the likeliest to answer first. */
  #able(): WorkerHandle[] {
    const busy = ({ late, vitals }: WorkerHandle): number => (late ? 2 : 0) + (vitals?.utilization ?? 0)
    return this.#workers()
      .filter(({ serving, checks }) => serving && checks.length > 0)
      .toSorted((one, other) => busy(one) - busy(other))
  }

  async #ask(workers: readonly WorkerHandle[]): Promise<CheckResults> {
    const worker = await this.#firstToAnswer(workers)
    const { checkTimeout } = this.#settings
    const asked = worker?.asks.ask({ what: 'check', timeout: checkTimeout }, asCheckResults).answer
    const results = asked && (await within(checkTimeout + margin, asked))
    this.#askedAt = performance.now()
    this.#last = results ?? this.#last ?? unknown(workers)
    return this.#last
  }

  #firstToAnswer(workers: readonly WorkerHandle[]): Promise<WorkerHandle | undefined> {
    const left = workers.filter((worker) => !this.#silent.has(worker)).slice(0, mostAsked)
    return new Promise((resolve) => {
      let timer: NodeJS.Timeout | undefined
      const settle = (worker?: WorkerHandle): void => {
        clearTimeout(timer)
        left.length = 0
        resolve(worker)
      }
      const askNext = (): void => {
        const worker = left.shift()
        if (!worker) return settle()
        this.#silent.add(worker)
        worker.asks
          .ask({ what: 'here' }, () => true)
          .answer.then(
            () => settle(worker),
            () => {},
          )
          .finally(() => this.#silent.delete(worker))
        timer = setTimeout(askNext, left.length > 0 ? patience : lastPatience).unref()
      }
      askNext()
    })
  }
}

/** @returns undefined if it takes longer, or fails. */
function within<Result>(time: number, promise: Promise<Result>): Promise<Result | undefined> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(undefined), time).unref()
    promise.then(resolve, () => resolve(undefined)).finally(() => clearTimeout(timer))
  })
}

function unknown(workers: readonly WorkerHandle[]): CheckResults {
  const result = { ok: false, reason: 'no worker has answered yet', took: 0, at: Date.now() }
  return Object.fromEntries(workers.flatMap(({ checks }) => checks).map((name) => [name, result]))
}
