import http from 'node:http'
import type net from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { responseOn } from '../node-internals.ts'
import { settles } from '../settles.ts'
import type { Give } from './drain.ts'
import { betweenRequests, detach, isOfHttp1 } from './idle-connections.ts'

/** How long (in ms) connections that are all busy are waited for. */
const patience = 200

/** How long (in ms) at most until it is looked again whether one is idle. */
const lookInterval = 10

/** The answers whose end is waited for: the first of them is enough. */
const mostAwaited = 16

/**
 * Gives some connections of a server that serves on to other workers: one after
 * the other, so that none is on its way for longer than it takes.
 */
export class Giving {
  readonly #server: net.Server
  readonly #sockets: ReadonlySet<net.Socket>

  constructor(server: net.Server, sockets: ReadonlySet<net.Socket>) {
    this.#server = server
    this.#sockets = sockets
  }

  /** @returns whether there is anything that could be given. */
  async give(count: number, give: Give): Promise<boolean> {
    const server = this.#server
    if (!(server instanceof http.Server) || ![...this.#sockets].some(isOfHttp1)) return false
    let given = 0
    let waited = 0
    while (given < count && server.listening) {
      const [socket] = betweenRequests(server)
      if (socket) {
        await new Promise<void>((sent) => {
          const connection = detach(socket)
          give(connection, () => {
            connection.close()
            sent()
          })
        })
        given++
        waited = 0
      } else if (waited >= patience) break
      else {
        const since = performance.now()
        await this.#anyAnswered()
        waited += performance.now() - since
      }
    }
    return true
  }

  /** Resolves when one of the answers that are under way has ended, and the turn in which it has. */
  async #anyAnswered(): Promise<void> {
    let awaited = 0
    let onEnd = (): void => {}
    const ended = new Promise<void>((resolve) => (onEnd = resolve))
    const answers = []
    for (const socket of this.#sockets) {
      const answer = responseOn(socket)
      if (!answer) continue
      answers.push(answer.once('close', onEnd))
      if (++awaited === mostAwaited) break
    }
    await settles(ended, lookInterval)
    for (const answer of answers) answer.off('close', onEnd)
    await new Promise<void>((resolve) => setImmediate(resolve))
  }
}
