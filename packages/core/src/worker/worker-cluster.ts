import type { AddressInfo, Server } from 'node:net'
import { onAbort } from '../abort.ts'
import { ClusterFace } from '../cluster-face.ts'
import type { Cluster, ClusterState, SlotInfo, WorkerInfo } from '../cluster.ts'
import type { Hooks } from '../hooks.ts'
import type { ListenPlace } from '../listen.ts'
import type { Metric } from '../telemetry/metric.ts'
import { startListening } from '../start-listening.ts'
import type { Worker } from './worker.ts'

/** What a worker's `listen` returns: its calls are carried out by the primary. */
export class WorkerCluster extends ClusterFace implements Cluster {
  readonly role = 'worker'
  readonly ready: Promise<void>
  readonly #worker: Worker
  /** Who waits for the end of this worker. */
  readonly #waiting: (() => unknown)[] = []
  #over = false
  #server: Server | undefined

  constructor(
    worker: Worker,
    key: string,
    makeServer: () => Promise<Server>,
    options: ListenPlace,
    hooks: Hooks,
  ) {
    super()
    this.#worker = worker
    worker.lifecycle.add(hooks)
    this.whenOver(() => this.emit('close', 'drained'))
    worker.lifecycle.add({ onShutdown: () => this.#end() })
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

  override address(): AddressInfo | string | null {
    return this.#server?.address() ?? null
  }

  get slot(): number {
    return this.#worker.slot
  }

  get leads(): boolean {
    return this.#worker.lifecycle.leading.leads
  }

  get balance(): 'kernel' | 'round-robin' | null {
    return this.#worker.balance
  }

  override get state(): ClusterState {
    return this.#worker.state
  }

  get workers(): readonly WorkerInfo[] {
    return this.#worker.workers
  }

  get slots(): readonly SlotInfo[] {
    return this.#worker.slots
  }

  reload(): Promise<void> {
    return this.#worker.call({ method: 'reload' })
  }

  scale(workers: number): Promise<void> {
    return this.#worker.call({ method: 'scale', workers })
  }

  metrics(): Promise<Metric[]> {
    return this.#worker.askMetrics()
  }

  override closeAllConnections(): void {
    if (!this.#worker.answered) super.closeAllConnections()
  }

  /** The scope that ends is the program's, which the primary runs as well. */
  override [Symbol.asyncDispose](): Promise<void> {
    return new Promise((resolve) => this.whenOver(resolve))
  }

  protected override async shut(cut?: AbortSignal): Promise<void> {
    // The app's own code at the end of one worker is not about the cluster.
    if (this.#worker.answered) return
    if (cut) onAbort(cut, () => void this.#worker.call({ method: 'close', now: true }))
    await this.#worker.call({ method: 'close' })
  }

  protected override whenOver(callback: () => unknown): void {
    if (this.#over) callback()
    else this.#waiting.push(callback)
  }

  async #end(): Promise<void> {
    this.#over = true
    await Promise.all(this.#waiting.map(async (callback) => callback()))
  }

  async #listen(
    key: string,
    makeServer: () => Promise<Server>,
    { fd, ...options }: ListenPlace,
  ): Promise<void> {
    const server = await makeServer()
    this.#server = server
    this.#worker.name(server, key)
    // The primary has it, and knows it by the key: any descriptor will do.
    await startListening(server, fd === undefined ? options : Object.assign(options, { fd: 3 }))
  }
}
