import type { ListenOptions } from 'node:net'
import type { TransferableHandle } from '../node-internals.ts'
import type { Settings } from '../settings.ts'
import type { ToPrimary } from '../protocol/messages.ts'
import { Listener, toListenOptions } from './listener.ts'
import type { WorkerHandle } from './worker-handle.ts'

type ListenMessage = Extract<ToPrimary, { type: 'listen' }>
type AnswerMessage = Extract<ToPrimary, { type: 'answer' }>

/** Every place that the cluster listens at. They stay open until the last stop. */
export class Listeners {
  readonly #settings: Settings
  readonly #opening = new Map<string, Promise<Listener>>()
  readonly #open: Listener[] = []
  readonly #required = new Set<string>()

  constructor(settings: Settings) {
    this.#settings = settings
  }

  /** The first that was opened. */
  get first(): Listener | undefined {
    return this.#open[0]
  }

  /** Opens what the program itself listens at: a worker without it is not ready. */
  require(key: string, options: ListenOptions): Promise<Listener> {
    this.#required.add(key)
    return this.#openOnce(key, options)
  }

  /** A worker's server asks to share a listener; the first to ask opens it. */
  async share(worker: WorkerHandle, { key, request, secure, ticketKeys }: ListenMessage): Promise<void> {
    const reply = { type: 'listen-reply', key } as const
    try {
      const listener = await this.#openOnce(key, toListenOptions(request))
      listener.secure ||= secure
      listener.ticketKeys ??= ticketKeys
      const { socketName, balancer } = listener
      const lent = worker.isSpare ? undefined : balancer.lendAtBoot?.(worker)
      const balance = balancer.kind
      worker.send(
        { ...reply, errno: 0, balance, socketName, ticketKeys: listener.ticketKeys, loan: lent?.loan },
        lent?.handle,
      )
    } catch (error) {
      const { errno = -1 } = error as NodeJS.ErrnoException
      worker.send({ ...reply, errno })
    }
  }

  /** Whether the worker has every server that the program has asked for. */
  isComplete(worker: WorkerHandle): boolean {
    return worker.listening.size > 0 && [...this.#required].every((key) => worker.listening.has(key))
  }

  update(serving: readonly WorkerHandle[], slots: number): void {
    for (const listener of this.#open)
      listener.update(
        serving.filter((worker) => worker.listening.has(listener.key)),
        slots,
      )
  }

  /** A draining worker gives away a connection that is between two requests. */
  adopt(key: string, connection: TransferableHandle): void {
    const listener = this.#find(key)
    if (listener) listener.handOff.take(connection)
    else connection.close()
  }

  onAnswer(worker: WorkerHandle, { key, connection, accepted }: AnswerMessage): void {
    this.#find(key)?.handOff.onAnswer(worker, connection, accepted)
  }

  #find(key: string): Listener | undefined {
    return this.#open.find((listener) => listener.key === key)
  }

  onExit(worker: WorkerHandle): void {
    for (const listener of this.#open) listener.onExit(worker)
  }

  close(): void {
    for (const listener of this.#open) listener.close()
  }

  async #openOnce(key: string, options: ListenOptions): Promise<Listener> {
    const opening = this.#opening.get(key) ?? Listener.open(key, options, this.#settings)
    this.#opening.set(key, opening)
    try {
      const listener = await opening
      if (!this.#open.includes(listener)) this.#open.push(listener)
      return listener
    } catch (error) {
      this.#opening.delete(key)
      throw error
    }
  }
}
