import type * as net from 'node:net'
import { responseOn } from '../node-internals/http1-answers.ts'
import { settles } from '../settles.ts'
import type { Give, Migration } from './migration.ts'

/** How long (in ms) connections that are all busy are waited for. */
const patience = 200

/** How long (in ms) at most until it is looked again whether one is idle. */
const lookInterval = 10

/** To look for idle ones costs more the more there are: one is given at a look for so many. */
const perLook = 512

/** Of so many answers the end is waited for: the first of them is enough. */
const mostAwaited = 16

/**
 * Gives some connections of a server that serves on to other workers, few at a
 * time: Node sends a connection when the one before it has arrived, and until
 * then the requests on it would wait.
 */
export class Giving {
  readonly #server: net.Server
  readonly #sockets: ReadonlySet<net.Socket>
  readonly #migration: Migration

  constructor(server: net.Server, sockets: ReadonlySet<net.Socket>, migration: Migration) {
    this.#server = server
    this.#sockets = sockets
    this.#migration = migration
  }

  /** Resolves when it has given so many, or finds no more. */
  async give(count: number, give: Give): Promise<void> {
    let left = count
    let waited = 0
    // One that drains gives all it has.
    while (left > 0 && waited < patience && this.#server.listening) {
      const given = await this.#giveSome(left, give)
      left -= given
      if (given > 0) {
        waited = 0
        continue
      }
      const since = performance.now()
      await this.#anyAnswered()
      waited += performance.now() - since
    }
  }

  /** @returns how many were idle, and have been sent away. */
  async #giveSome(most: number, give: Give): Promise<number> {
    const sent: Promise<void>[] = []
    const atOnce = Math.ceil(this.#sockets.size / perLook)
    this.#migration.give(Math.min(most, atOnce), (connection, served, given) => {
      const sending = new Promise<void>((resolve) => give(connection, served, resolve))
      sent.push(sending.then(given))
    })
    await Promise.all(sent)
    return sent.length
  }

  /** Resolves at the end of the turn in which one of the answers that are under way has ended. */
  async #anyAnswered(): Promise<void> {
    let onEnd = (): void => {}
    const ended = new Promise<void>((resolve) => (onEnd = resolve))
    const answers = []
    for (const socket of this.#sockets) {
      const answer = responseOn(socket)
      if (answer) answers.push(answer.once('close', onEnd))
      if (answers.length === mostAwaited) break
    }
    await settles(ended, lookInterval)
    for (const answer of answers) answer.off('close', onEnd)
    await new Promise<void>((resolve) => setImmediate(resolve))
  }
}
