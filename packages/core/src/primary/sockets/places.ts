import type { ListenOptions } from 'node:net'
import type { TransferableHandle } from '../../node-internals.ts'
import type { Settings } from '../../settings.ts'
import type { ToPrimary } from '../../protocol/messages.ts'
import { Place, toListenOptions } from './place.ts'
import type { Sockets } from './sockets.ts'
import type { WorkerHandle } from '../fleet/worker-handle.ts'

type ListenMessage = Extract<ToPrimary, { type: 'listen' }>
type RoomMessage = Extract<ToPrimary, { type: 'room' }>
type ReturnedMessage = Extract<ToPrimary, { type: 'returned' }>
type AnswerMessage = Extract<ToPrimary, { type: 'answer' }>

/** Every place that the cluster listens at. They stay open until the last stop. */
export class Places implements Sockets {
  readonly #settings: Settings
  readonly #opening = new Map<string, Promise<Place>>()
  readonly #open: Place[] = []
  readonly #required = new Set<string>()
  #closed = false

  constructor(settings: Settings) {
    this.#settings = settings
  }

  /** The first that was opened. */
  get first(): Place | undefined {
    return this.#open[0]
  }

  /** Opens what the program itself listens at: a worker without it is not ready. */
  require(key: string, options: ListenOptions): Promise<Place> {
    this.#required.add(key)
    return this.#openOnce(key, options)
  }

  /** A worker's server asks to share a place; the first to ask opens it. */
  async share(worker: WorkerHandle, { key, request, secure, ticketKeys }: ListenMessage): Promise<void> {
    const reply = { type: 'listen-reply', key } as const
    try {
      const place = await this.#openOnce(key, toListenOptions(request))
      place.secure ||= secure
      place.ticketKeys ??= ticketKeys
      const { socketName, balancer } = place
      const lent = worker.isSpare ? undefined : balancer.lendAtBoot?.(worker)
      const balance = balancer.kind
      worker.send(
        { ...reply, errno: 0, balance, socketName, ticketKeys: place.ticketKeys, loan: lent?.loan },
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
    for (const place of this.#open)
      place.update(
        serving.filter((worker) => worker.listening.has(place.key)),
        slots,
      )
  }

  /** A draining worker gives away a connection that is between two requests. */
  adopt(key: string, connection: TransferableHandle): void {
    const place = this.#find(key)
    if (place) place.handOff.take(connection)
    else connection.close()
  }

  onRoom(worker: WorkerHandle, { key, hasRoom }: RoomMessage): void {
    this.#find(key)?.onRoom(worker, hasRoom)
  }

  onAnswer(worker: WorkerHandle, { key, connection, accepted }: AnswerMessage): void {
    this.#find(key)?.handOff.onAnswer(worker, connection, accepted)
  }

  onReturned(worker: WorkerHandle, { key, socket }: ReturnedMessage): void {
    this.#find(key)?.balancer.onReturned?.(worker, socket)
  }

  #find(key: string): Place | undefined {
    return this.#open.find((place) => place.key === key)
  }

  onExit(worker: WorkerHandle): void {
    for (const place of this.#open) place.onExit(worker)
  }

  async close(): Promise<void> {
    this.#closed = true
    await Promise.all(this.#open.map((place) => place.close()))
  }

  async #openOnce(key: string, options: ListenOptions): Promise<Place> {
    const opening = this.#opening.get(key) ?? Place.open(key, options, this.#settings)
    this.#opening.set(key, opening)
    try {
      const place = await opening
      if (this.#closed) void place.close()
      if (!this.#open.includes(place)) this.#open.push(place)
      return place
    } catch (error) {
      this.#opening.delete(key)
      throw error
    }
  }
}
