import { EventEmitter } from 'node:events'
import type { AddressInfo, ListenOptions, Server } from 'node:net'
import type { Cluster, ClusterState, WorkerInfo } from '../cluster.ts'
import type { ClusterEvents } from '../events.ts'
import type { Hooks } from '../hooks.ts'
import { startListening } from '../start-listening.ts'
import type { Worker } from './worker.ts'

/** What a worker's `listen` returns: its calls are carried out by the primary. */
export class WorkerCluster extends EventEmitter<ClusterEvents> implements Cluster {
  readonly role = 'worker'
  readonly ready: Promise<void>
  readonly #worker: Worker
  #server: Server | undefined

  constructor(
    worker: Worker,
    key: string,
    makeServer: () => Promise<Server>,
    options: ListenOptions,
    hooks: Hooks,
  ) {
    super()
    this.#worker = worker
    worker.lifecycle.add(hooks)
    this.ready = this.#listen(key, makeServer, options)
    this.ready.then(
      () => worker.lifecycle.ready(hooks),
      () => {},
    )
    // A worker that cannot serve dies of the reason, stack and all.
    this.ready.catch((error: unknown) => {
      process.nextTick(() => {
        throw error
      })
    })
  }

  address(): AddressInfo | string | null {
    return this.#server?.address() ?? null
  }

  get balance(): 'kernel' | 'round-robin' | null {
    return this.#worker.balance
  }

  get state(): ClusterState {
    return this.#worker.state
  }

  get workers(): readonly WorkerInfo[] {
    return this.#worker.workers
  }

  reload(): Promise<void> {
    return this.#worker.call({ method: 'reload' })
  }

  scale(workers: number): Promise<void> {
    return this.#worker.call({ method: 'scale', workers })
  }

  close(): Promise<void> {
    return this.#worker.call({ method: 'close' })
  }

  async #listen(key: string, makeServer: () => Promise<Server>, options: ListenOptions): Promise<void> {
    const server = await makeServer()
    this.#server = server
    this.#worker.name(server, key)
    await startListening(server, options)
  }
}
