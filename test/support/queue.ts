import net, { type AddressInfo } from 'node:net'
import { once } from 'node:events'
import type { TestContext } from 'node:test'

/** A queue with an endless supply of jobs, which knows what has become of each. */
export class Queue {
  readonly #server = net.createServer((socket) => this.#serve(socket))
  readonly done: number[] = []
  /** In hand when the connection of whoever had them ended. */
  readonly lost: number[] = []
  /** Who has a connection now, by pid. */
  readonly consumers: Set<number> = new Set()
  /** The most that had one at the same time. */
  mostConsumers = 0
  handedOut = 0
  readonly #lookers = new Set<() => void>()

  static async open(t: TestContext): Promise<Queue> {
    const queue = new Queue()
    queue.#server.listen(0, '127.0.0.1')
    await once(queue.#server, 'listening')
    t.after(() => queue.#server.close())
    return queue
  }

  get port(): string {
    return String((this.#server.address() as AddressInfo).port)
  }

  /** Waits until the condition holds; it is asked again whenever something has happened here. */
  async until(condition: () => boolean, what: string): Promise<void> {
    let look = (): void => {}
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`never: ${what}`)), 60_000)
      look = () => {
        if (!condition()) return
        clearTimeout(timer)
        resolve()
      }
      this.#lookers.add(look)
      look()
    })
    this.#lookers.delete(look)
  }

  /** So many more jobs are done. */
  async works(jobs: number): Promise<void> {
    const enough = this.done.length + jobs
    await this.until(() => this.done.length >= enough, `${jobs} more jobs done`)
  }

  #serve(socket: net.Socket): void {
    const inHand = new Set<number>()
    let pid = 0
    let begun = ''
    socket.setEncoding('utf8').on('data', (text: string) => {
      const lines = (begun + text).split('\n')
      begun = lines.pop()!
      for (const [word, number] of lines.map((line) => line.split(' ')))
        if (word === 'done') this.#onDone(Number(number), inHand)
        else {
          pid = Number(number)
          this.consumers.add(pid)
          this.mostConsumers = Math.max(this.mostConsumers, this.consumers.size)
          inHand.add(++this.handedOut)
          socket.write(`job ${this.handedOut}\n`)
        }
      this.#look()
    })
    socket.on('error', () => {})
    socket.on('close', () => {
      this.consumers.delete(pid)
      this.lost.push(...inHand)
      this.#look()
    })
  }

  #onDone(job: number, inHand: Set<number>): void {
    inHand.delete(job)
    this.done.push(job)
  }

  #look(): void {
    for (const look of this.#lookers) look()
  }
}
