import { once } from 'node:events'
import net, { type AddressInfo, type Socket } from 'node:net'
import type { TestContext } from 'node:test'

/** Whoever takes connections, as far as a proxy knows it. */
export interface Endpoint {
  readonly port: number
}

/**
 * A Service as a node's proxy has it: each new connection goes to the next endpoint, untouched, and stays there. Of
 * changes it hears late.
 */
export class Service {
  readonly #lag: number
  readonly #server = net.createServer({ allowHalfOpen: true }, (client) => this.#connect(client))
  #known: readonly Endpoint[] = []
  #connections = 0

  /** @param lag in ms. */
  constructor(t: TestContext, lag: number) {
    this.#lag = lag
    t.after(() => this.#server.close())
  }

  /** @returns the port for clients. */
  async open(): Promise<number> {
    await once(this.#server.listen(0, '127.0.0.1'), 'listening')
    return (this.#server.address() as AddressInfo).port
  }

  /** Who takes new connections, as far as it knows. */
  get known(): readonly Endpoint[] {
    return this.#known
  }

  /** Others are ready from now on. */
  change(endpoints: readonly Endpoint[]): void {
    setTimeout(() => (this.#known = endpoints), this.#lag).unref()
  }

  #connect(client: Socket): void {
    const endpoint = this.#known[this.#connections++ % this.#known.length]
    if (!endpoint) return void client.resetAndDestroy()
    const pod = net.connect({ port: endpoint.port, host: '127.0.0.1', allowHalfOpen: true })
    for (const [from, to] of [
      [client, pod],
      [pod, client],
    ] as const) {
      from.on('error', () => to.resetAndDestroy())
      from.pipe(to)
    }
  }
}
