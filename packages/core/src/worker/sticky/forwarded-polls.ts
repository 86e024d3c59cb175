import type { ServerResponse } from 'node:http'
import net from 'node:net'
import { preamble } from './sibling-agent.ts'

/** A poll of Socket.IO that a sibling holds until there is something to say. */
interface Poll {
  readonly socketPath: string
  readonly session: string
}

/**
 * Polls of siblings' sessions that came to this worker. When it leaves they
 * are answered, with nothing: clients then ask again, elsewhere. Only the
 * sibling can do that without losing what it is about to send.
 */
export class ForwardedPolls {
  readonly #polls = new Map<ServerResponse, Poll>()

  add(response: ServerResponse, poll: Poll): void {
    this.#polls.set(response, poll)
    response.once('close', () => this.#polls.delete(response))
  }

  /** All that there are, each with what ends it. */
  ends(): [ServerResponse, () => void][] {
    return [...this.#polls].map(([response, poll]) => [response, () => end(response, poll)])
  }
}

function end(response: ServerResponse, { socketPath, session }: Poll): void {
  response.shouldKeepAlive = false
  const socket = net.connect({ path: socketPath })
  socket.on('error', () => {})
  socket.end(preamble({ release: session }))
}
