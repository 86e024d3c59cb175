/** How long (in ms) the primary keeps its copy of a connection that was taken, at most, while the event loop turns. */
const tellAfter = 5

/** So many are told at once. */
const most = 16

/**
 * Tells the primary of connections that this worker has taken: of several in
 * one message, as each message costs as much as a short request. That they
 * have arrived, and the next may come, the primary knows from Node.
 */
export class TakenConnections {
  readonly #tell: (key: string, connections: number[]) => void
  readonly #taken = new Map<string, number[]>()
  #count = 0
  #timer: NodeJS.Timeout | undefined

  constructor(tell: (key: string, connections: number[]) => void) {
    this.#tell = tell
  }

  add(key: string, connection: number): void {
    const taken = this.#taken.get(key)
    if (taken) taken.push(connection)
    else this.#taken.set(key, [connection])
    this.#timer ??= setTimeout(() => this.flush(), tellAfter).unref()
    if (++this.#count === most) this.flush()
  }

  flush(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#count = 0
    for (const [key, connections] of this.#taken) this.#tell(key, connections)
    this.#taken.clear()
  }
}
