import { Batches } from '../../messages/batches.ts'
import { mostTopics } from '../../messages/bus.ts'
import type { Message } from '../../messages/message.ts'
import type { Clock } from '../../running-clock.ts'
import type { WorkerHandle } from '../fleet/worker-handle.ts'
import { Drops } from './drops.ts'

/** A worker, as far as messages go. */
export type Recipient = Pick<WorkerHandle, 'send' | 'info'>

interface Mailbox {
  readonly topics: Set<string>
  readonly outbox: Batches
  readonly drops: Drops
}

/**
 * Passes on what processes publish, to those that subscribe. A worker that does
 * not read keeps nobody from getting theirs: what there is no room for any more
 * does not reach it.
 */
export class Relay {
  readonly #clock: Clock
  readonly #say: (worker: Recipient, problem: string) => void
  readonly #mailboxes = new Map<Recipient, Mailbox>()
  readonly #subscribers = new Map<string, Set<Recipient>>()
  #deliverHere = (_messages: readonly Message[]): void => {}

  /** @param say called with what the log shall say of a worker. */
  constructor(clock: Clock, say: (worker: Recipient, problem: string) => void) {
    this.#clock = clock
    this.#say = say
  }

  /** @param deliver gives messages to the listeners in this process. */
  connect(deliver: (messages: readonly Message[]) => void): void {
    this.#deliverHere = deliver
  }

  subscribe(worker: Recipient, topic: string): void {
    const { topics } = this.#mailbox(worker)
    // No worker that knows the bound asks for more.
    if (topics.size >= mostTopics) return
    topics.add(topic)
    const subscribers = this.#subscribers.get(topic)
    if (subscribers) subscribers.add(worker)
    else this.#subscribers.set(topic, new Set([worker]))
  }

  unsubscribe(worker: Recipient, topic: string): void {
    this.#mailboxes.get(worker)?.topics.delete(topic)
    const subscribers = this.#subscribers.get(topic)
    subscribers?.delete(worker)
    if (subscribers?.size === 0) this.#subscribers.delete(topic)
  }

  /** It has exited. */
  forget(worker: Recipient): void {
    const mailbox = this.#mailboxes.get(worker)
    if (!mailbox) return
    for (const topic of mailbox.topics) this.unsubscribe(worker, topic)
    mailbox.drops.stop()
    this.#mailboxes.delete(worker)
  }

  /** @param from whose listeners have them already; undefined for this process. */
  publish(from: Recipient | undefined, messages: readonly Message[]): void {
    for (const message of messages)
      for (const worker of this.#subscribers.get(message[0]) ?? [])
        if (worker !== from) this.#pass(message, this.#mailboxes.get(worker)!)
    if (from) this.#deliverHere(messages)
  }

  #pass(message: Message, { outbox, drops }: Mailbox): void {
    if (!outbox.add(message)) drops.count()
  }

  #mailbox(worker: Recipient): Mailbox {
    const known = this.#mailboxes.get(worker)
    if (known) return known
    const mailbox = {
      topics: new Set<string>(),
      outbox: new Batches((messages, sent) => worker.send({ type: 'messages', messages }, undefined, sent)),
      drops: new Drops(this.#clock, (problem) => this.#say(worker, problem)),
    }
    this.#mailboxes.set(worker, mailbox)
    return mailbox
  }
}
