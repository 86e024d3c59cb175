import { existsSync } from 'node:fs'
import { ClusteredError } from '../../errors.ts'
import type { WorkerExit } from '../../events.ts'
import type { LastWords } from '../../protocol/messages.ts'
import type { Release } from '../release.ts'
import type { WorkerHandle } from './worker-handle.ts'

/** A reload under way: what every slot shall run, and who waits for it. */
export class Reload {
  /** What every slot shall run; after a failure, what they ran before. */
  release: Release
  readonly attempted: Release
  readonly previous: Release
  readonly promise: Promise<void>
  /** Set when a new worker failed: the way leads back. */
  failure: { worker: WorkerHandle; exit: WorkerExit } | undefined
  #resolve!: () => void
  #reject!: (error: Error) => void

  constructor(release: Release, previous: Release) {
    this.release = this.attempted = release
    this.previous = previous
    this.promise = new Promise((resolve, reject) => {
      this.#resolve = resolve
      this.#reject = reject
    })
    // The log tells; whoever called `reload` may still look.
    this.promise.catch(() => {})
  }

  /** What was there before can be gone, or overwritten by what has just failed. */
  get canGoBack(): boolean {
    const { attempted, previous } = this
    const elsewhere = attempted.exec !== previous.exec || attempted.cwd !== previous.cwd
    return elsewhere && existsSync(previous.exec)
  }

  succeed(): void {
    this.#resolve()
  }

  /** @param generations what each slot runs now. */
  fail(generations: readonly number[]): ClusteredError {
    const { worker, exit } = this.failure!
    const error = new ClusteredError(
      'ERR_CLUSTERED_RELOAD_FAILED',
      `Reload stopped: the new worker of slot ${worker.slot}${worker.pid > 0 ? ` (pid ${worker.pid})` : ''}: ${describe(exit)}. ` +
        state(generations),
      { cause: toError(exit.lastWords) },
    )
    this.#reject(error)
    return error
  }

  abort(error: ClusteredError): void {
    this.#reject(error)
  }
}

/** What a worker left with, and what it had to say. */
export function describe({ reason, lastWords }: WorkerExit): string {
  return lastWords ? `${reason}, ${lastWords.name}: ${lastWords.message}` : reason
}

/** A worker's error, as an error of this process with the worker's stack. */
export function toError(lastWords: LastWords | undefined): Error | undefined {
  if (!lastWords) return undefined
  const { name, message, code, stack } = lastWords
  return Object.assign(new Error(message), { name, stack, ...(code !== undefined && { code }) })
}

function state(generations: readonly number[]): string {
  const counts = new Map<number, number>()
  for (const generation of generations) counts.set(generation, (counts.get(generation) ?? 0) + 1)
  const parts = [...counts].map(([generation, count]) => `${count} on generation ${generation}`)
  return `Serving now: ${parts.join(', ') || 'no worker'}.`
}
