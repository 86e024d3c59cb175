import net from 'node:net'

/** How long (in ms) each way takes between the balancer and the program. */
export const distance = 25

/**
 * What a load balancer of a cloud keeps of a connection to a target. It is some way off, so that it hears late that the
 * target has closed it. It closes it itself when it was idle for too long. It tries nothing twice.
 */
export class DistantConnection {
  readonly #socket: net.Socket
  readonly #idleTimeout: number
  #closed = false
  #closing: NodeJS.Timeout | undefined
  #take: (answer: string | undefined) => void = () => {}

  constructor(port: number, idleTimeout: number) {
    this.#idleTimeout = idleTimeout
    this.#socket = net.connect(port, '127.0.0.1')
    this.#socket.setEncoding('utf8').setNoDelay()
    let answer = ''
    this.#socket.on('data', (text: string) => {
      answer += text
      if (!answer.endsWith('\r\n\r\nok')) return
      const whole = answer
      answer = ''
      later(() => this.#hasAnswered(whole))
    })
    const hearEnd = () => later(() => this.#hasEnded())
    this.#socket.on('error', () => {}).on('close', hearEnd)
  }

  /** It can be used for the next request, as far as the balancer knows. */
  get isOpen(): boolean {
    return !this.#closed
  }

  /** @returns undefined if it ended before the answer came: a 502 for whoever has asked. */
  async ask(): Promise<string | undefined> {
    clearTimeout(this.#closing)
    later(() => this.#socket.write('POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\nbody'))
    return new Promise((resolve) => (this.#take = resolve))
  }

  #hasAnswered(answer: string): void {
    this.#closing = setTimeout(() => this.close(), this.#idleTimeout)
    if (/^connection: close/im.test(answer)) this.close()
    this.#take(answer)
  }

  #hasEnded(): void {
    this.close()
    this.#take(undefined)
  }

  close(): void {
    clearTimeout(this.#closing)
    this.#closed = true
    later(() => this.#socket.destroy())
  }
}

function later(what: () => void): void {
  setTimeout(what, distance)
}

/** A program that requests are sent to while its readiness, asked every so often, has not said no twice. */
class Target {
  readonly port: number
  readonly idle: DistantConnection[] = []
  readonly #admin: number
  #noes = 0

  constructor(port: number, admin: number) {
    this.port = port
    this.#admin = admin
  }

  get isHealthy(): boolean {
    return this.#noes < 2
  }

  async check(): Promise<void> {
    const ready = await fetch(`http://127.0.0.1:${this.#admin}/readyz`).then(
      ({ ok }) => ok,
      () => false,
    )
    this.#noes = ready ? 0 : this.#noes + 1
  }
}

/** Spreads what its clients send over its targets. */
export class DistantBalancer {
  lost = 0
  answered = 0
  readonly #targets: readonly Target[]
  readonly #idleTimeout: number
  readonly #checks: NodeJS.Timeout
  readonly #clients: Promise<void>[] = []
  #stopped = false
  #turn = 0

  /** @param interval milliseconds between two checks of a target. */
  constructor(
    places: readonly { port: number; admin: number }[],
    { idleTimeout, interval }: { idleTimeout: number; interval: number },
  ) {
    this.#targets = places.map(({ port, admin }) => new Target(port, admin))
    this.#idleTimeout = idleTimeout
    this.#checks = setInterval(() => this.#targets.forEach((target) => void target.check()), interval)
  }

  /** So many clients more. */
  start(clients: number): void {
    for (let client = 0; client < clients; client++) this.#clients.push(this.#client())
  }

  async stop(): Promise<void> {
    this.#stopped = true
    await Promise.all(this.#clients)
    clearInterval(this.#checks)
    for (const { idle } of this.#targets) for (const connection of idle) connection.close()
  }

  async #client(): Promise<void> {
    while (!this.#stopped) {
      await this.#ask()
      await new Promise((resolve) => setTimeout(resolve, 20 * Math.random()))
    }
  }

  async #ask(): Promise<void> {
    const healthy = this.#targets.filter(({ isHealthy }) => isHealthy)
    const { idle, port } = healthy[this.#turn++ % healthy.length]!
    let connection = idle.pop()
    while (connection && !connection.isOpen) connection = idle.pop()
    connection ??= new DistantConnection(port, this.#idleTimeout)
    if ((await connection.ask()) === undefined) this.lost++
    else {
      this.answered++
      idle.push(connection)
    }
  }
}
