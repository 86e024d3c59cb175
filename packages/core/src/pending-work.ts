import { createHook, executionAsyncId } from 'node:async_hooks'

/** What ends by itself: requests to the system, such as those of files and of names. */
const systemRequest = /REQ(CALLBACK|PROMISE|WRAP)$/

/**
 * Follows what some code begins: timers, promises, connections, requests to the
 * system, and what these begin in turn. What its continuations do in the same
 * turn of the event loop is its doing as well.
 */
export class PendingWork {
  /** The ids of all that was begun, ended or not. */
  readonly #begun = new Set<number>()
  readonly #pending = new Map<number, { hasRef?(): boolean } | undefined>()
  #isFirstTurn = true
  readonly #hook = createHook({
    init: (id, type, trigger, resource) => this.#onInit(id, type, trigger, resource),
    destroy: (id) => void this.#pending.delete(id),
    promiseResolve: (id) => void this.#pending.delete(id),
  })

  start(): void {
    this.#hook.enable()
  }

  /** From now on, what the code that began all this was called by is not followed. */
  endFirstTurn(): void {
    this.#isFirstTurn = false
  }

  stop(): void {
    this.#hook.disable()
  }

  /** Something has not ended that would keep a process alive, or that somebody waits for. */
  get isPending(): boolean {
    return [...this.#pending.values()].some((resource) => resource?.hasRef?.() ?? true)
  }

  #onInit(id: number, type: string, trigger: number, resource: { hasRef?(): boolean }): void {
    if (!this.#isFirstTurn && !this.#begun.has(executionAsyncId()) && !this.#begun.has(trigger)) return
    this.#begun.add(id)
    if (type === 'PROMISE' || systemRequest.test(type)) this.#pending.set(id, undefined)
    else if (resource.hasRef) this.#pending.set(id, resource)
  }
}
