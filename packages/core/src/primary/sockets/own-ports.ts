import type { Log } from '../../log.ts'
import type { LastWords } from '../../protocol/messages.ts'
import { isHeldHere } from './port-holders.ts'

/** Ports that this process itself serves, as what is preloaded into every process does; workers come and want them too. */
export class OwnPorts {
  readonly #log: Log
  readonly #told = new Set<number>()
  /** Ports that are none of the program's, and what has them. */
  readonly #reserved = new Map<number, string>()

  constructor(log: Log) {
    this.#log = log
  }

  /** @param owner what has it from now on; undefined if nothing does any more. */
  reserve(port: number, owner: string | undefined): void {
    if (owner === undefined) this.#reserved.delete(port)
    else this.#reserved.set(port, owner)
  }

  /** An error that says so, if it is a reserved port that somebody wanted. */
  refusal(error: NodeJS.ErrnoException & { port?: number }): Error | undefined {
    const owner = error.code === 'EADDRINUSE' ? this.#reserved.get(error.port ?? -1) : undefined
    if (owner === undefined) return undefined
    error.message = `port ${error.port} is that of ${owner}: the program has to listen at another one, or that at another`
    return error
  }

  /** Whether it is for that reason that there was no place. It is said once per port. */
  cause(error: NodeJS.ErrnoException & { address?: string; port?: number }): boolean {
    const { port, address } = error
    if (port === undefined || !isHeldHere({ port, address })) return false
    if (!this.#told.has(port)) this.#log.warn('place:taken', `${explanation(port)}. No worker serves there`)
    this.#told.add(port)
    return true
  }

  /** The same for what is preloaded before a worker is prepared: it has asked node:cluster. */
  explain({ code, message }: LastWords): string | undefined {
    const [, digits] = (code === 'EADDRINUSE' && /^bind .*:(\d+)$/.exec(message)) || []
    const port = Number(digits)
    return digits && isHeldHere({ port, address: undefined }) ? explanation(port) : undefined
  }
}

function explanation(port: number): string {
  return (
    `port ${port} is served by this primary process (pid ${process.pid}) itself: what was loaded into every process ` +
    '(--require, --import, NODE_OPTIONS, or the program above its call of listen) listens there. To have it in ' +
    "workers, load it in these only: with clustered start --node-args '--require ./file.js', or where " +
    'cluster.isWorker is true'
  )
}
