import assert from 'node:assert/strict'
import { once } from 'node:events'
import net, { type AddressInfo } from 'node:net'
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { TestContext } from 'node:test'
import { eventually } from './program.ts'

/**
 * Sees from outside who leads: whoever does has a connection to it. The kernel
 * closes that of a process that is killed, before its parent hears of the end.
 */
export class LeadObserver {
  /** How often the lead has begun. */
  terms = 0
  /** For how long (in ms) nobody led, each time. */
  readonly gaps: number[] = []
  readonly #faults: string[] = []
  readonly #leaders = new Map<net.Socket, string>()
  readonly #server = net.createServer((socket) => this.#onBegin(socket))
  #endedAt: number | undefined

  static async open(t: TestContext): Promise<LeadObserver> {
    const observer = new LeadObserver()
    await once(observer.#server.listen(0, '127.0.0.1'), 'listening')
    t.after(() => {
      observer.#server.close()
      for (const socket of observer.#leaders.keys()) socket.destroy()
    })
    return observer
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  /** The pid of the process that leads now, if there is one. */
  get leader(): number | undefined {
    const [pid] = this.#leaders.values()
    return pid ? Number(pid) : undefined
  }

  /** Has the one that leads do something. */
  tell(order: 'crash' | 'exit' | 'hang'): void {
    for (const socket of this.#leaders.keys()) socket.write(`${order}\n`)
  }

  /** Waits until the lead has begun that many times. */
  async hasSeen(terms: number): Promise<void> {
    await eventually(() => this.terms >= terms && this.leader !== undefined, `term ${terms}`)
  }

  check(): void {
    assert.deepEqual(this.#faults, [])
  }

  #onBegin(socket: net.Socket): void {
    const begunAt = performance.now()
    this.#leaders.set(socket, '')
    socket.once('data', (data) => {
      const [pid = '', lock] = data.toString().trim().split(' ')
      this.#leaders.set(socket, pid)
      if (lock !== 'held') this.#faults.push(`term ${this.terms}: ${pid} does not get the lock`)
    })
    socket.resume()
    const end = (): void => {
      if (this.#leaders.delete(socket)) this.#endedAt = performance.now()
    }
    socket.on('end', end).on('error', end)
    void this.#judge(begunAt)
  }

  /** The end of the one before may be read in this turn of the loop, behind the begin. */
  async #judge(begunAt: number): Promise<void> {
    await nextTurn()
    await nextTurn()
    this.terms++
    if (this.#leaders.size > 1)
      this.#faults.push(`term ${this.terms}: ${[...this.#leaders.values()].join(' and ')} lead`)
    if (this.#endedAt !== undefined) this.gaps.push(Math.max(0, begunAt - this.#endedAt))
  }
}
