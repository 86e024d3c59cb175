import type net from 'node:net'
import { responseOn } from '../node-internals.ts'
import { settles } from '../settles.ts'
import type { Give, Migration } from './migration.ts'

/** How long (in ms) connections that are all busy are waited for. */
const patience = 200

/** How long (in ms) at most until it is looked again whether one is idle. */
const lookInterval = 10

/** Of so many answers the end is waited for: the first of them is enough. */
const mostAwaited = 16

/**
 * Gives some connections of a server that serves on to other workers: one after
 * the other, so that none is on its way for longer than it takes.
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
    while (left > 0 && waited < patience && this.#server.listening)
      if (await this.#giveOne(give)) {
        left--
        waited = 0
      } else {
        const since = performance.now()
        await this.#anyAnswered()
        waited += performance.now() - since
      }
  }

  async #giveOne(give: Give): Promise<boolean> {
    let onSent = (): void => {}
    const sent = new Promise<void>((resolve) => (onSent = resolve))
    const found = this.#migration.give(1, (connection, served, given) =>
      give(connection, served, () => {
        given()
        onSent()
      }),
    )
    if (found > 0) await sent
    return found > 0
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
