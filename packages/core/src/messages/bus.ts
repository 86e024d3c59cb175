import { AsyncResource } from 'node:async_hooks'
import { ClusteredError } from '../errors.ts'
import { runtime } from '../runtime.ts'
import { Batches, mostWaiting } from './batches.ts'
import { badMessage, checkTopic, decode, encode, type Message } from './message.ts'

/** In one process: the primary keeps a list of them. */
export const mostTopics = 100_000

/** The way to the other processes of the cluster. */
export interface Others {
  /** @param sent called when the messages have left this process. */
  send(messages: Message[], sent: () => void): void
  /** This process has its first listener for the topic, or none any more. */
  follow(topic: string, follows: boolean): void
}

type Deliver = (data: string) => void

/** The messages of one process: what it publishes, and what its listeners get. */
export class Bus {
  readonly #topics = new Map<string, Set<Deliver>>()
  readonly #outbox = new Batches((batch, sent) => this.#send(batch, sent))
  #others: Others | undefined
  #run = rethrow

  /** In a worker and in the primary. Elsewhere there are no others. */
  connect(others: Others): void {
    this.#others = others
    for (const topic of this.#topics.keys()) others.follow(topic, true)
  }

  /** @param run calls a listener for the topic, in place of what has its errors end up as uncaught ones. */
  runWith(run: (topic: string, listener: () => unknown) => void): void {
    this.#run = run
  }

  get hasListeners(): boolean {
    return this.#topics.size > 0
  }

  /** @throws {ClusteredError} ERR_CLUSTERED_BAD_MESSAGE, ERR_CLUSTERED_TOO_MANY_MESSAGES */
  publish(topic: string, data: unknown): Promise<void> {
    const message = encode(topic, data)
    let isSent!: () => void
    const sent = new Promise<void>((resolve) => (isSent = resolve))
    if (!this.#outbox.add(message, isSent))
      throw new ClusteredError(
        'ERR_CLUSTERED_TOO_MANY_MESSAGES',
        `publish: ${mostWaiting} bytes of messages wait to leave this process, and '${topic}' was given one more. ` +
          'Await what publish() returns before the next of many, or send fewer.',
      )
    return sent
  }

  /** @throws {ClusteredError} ERR_CLUSTERED_BAD_MESSAGE */
  subscribe(topic: string, listener: (data: any) => unknown): () => void {
    checkTopic('subscribe', topic)
    if (typeof listener !== 'function')
      throw badMessage(`subscribe: the listener for '${topic}' is ${typeof listener}. Expected: a function`)
    const deliver = AsyncResource.bind((data: string) => {
      const copy = read(data)
      if (copy) this.#run(topic, () => listener(copy.data))
    })
    this.#add(topic, deliver)
    return () => this.#remove(topic, deliver)
  }

  /** Gives this process's listeners what has come from others. */
  deliver(messages: readonly Message[]): void {
    for (const [topic, data] of messages)
      for (const deliver of Array.from(this.#topics.get(topic) ?? []))
        // One that a listener before it has unsubscribed gets it no more.
        if (this.#topics.get(topic)?.has(deliver)) deliver(data)
  }

  /** To be called before the way to the others ends. */
  flush(): void {
    this.#outbox.flush()
  }

  #send(batch: Message[], sent: () => void): void {
    if (this.#others) this.#others.send(batch, sent)
    this.deliver(batch)
    if (!this.#others) sent()
  }

  #add(topic: string, deliver: Deliver): void {
    const listeners = this.#topics.get(topic)
    if (listeners) return void listeners.add(deliver)
    if (this.#topics.size >= mostTopics)
      throw badMessage(
        `subscribe: this process subscribes to ${mostTopics} topics already. Name what belongs together alike, ` +
          'and say in the data which it is',
      )
    this.#topics.set(topic, new Set([deliver]))
    this.#others?.follow(topic, true)
  }

  #remove(topic: string, deliver: Deliver): void {
    const listeners = this.#topics.get(topic)
    if (!listeners?.delete(deliver) || listeners.size > 0) return
    this.#topics.delete(topic)
    this.#others?.follow(topic, false)
  }
}

/** Of this process, whichever copy of this package asks. */
export function bus(): Bus {
  return (runtime().bus ??= new Bus())
}

/** What is none comes from no `publish`. */
function read(data: string): { data: unknown } | undefined {
  try {
    return { data: decode(data) }
  } catch {
    return undefined
  }
}

/** What a listener throws is nobody else's: other listeners get their messages, and the error is uncaught. */
function rethrow(_topic: string, listener: () => unknown): void {
  try {
    listener()
  } catch (error) {
    process.nextTick(() => {
      throw error
    })
  }
}
