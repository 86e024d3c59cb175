import http from 'node:http'
import https from 'node:https'
import net from 'node:net'
import tls from 'node:tls'
import { Pool } from 'undici'

/**
 * Clients that never retry. Each sends one request after the other until
 * stopped, half of them at once and half after a pause, so that a change meets
 * connections that are busy and ones that are idle; whatever is not a complete,
 * correct answer is a failure, and so is an answer that does not come.
 */
export interface Load {
  readonly answered: number
  readonly failures: string[]
  /** The longest that a client has waited, in ms: from when it sent to the whole answer, or to the failure. */
  readonly worst: number
  /** Stops when the requests under way have been answered. */
  stop(): Promise<void>
}

/** One request, from its first byte to the last one of its answer. Rejects if anything is missing. */
export type Client = () => Promise<unknown>

/** An answer that takes longer has hung. Longer than any answer that is awaited here. */
export const hangTimeout = 20_000

/** Without any pause, the clients take the machine from who is tested. */
const usualPause = 60

/** Whoever has failed stops no clients. After so many ms without any answer they stop by themselves, or their process would never end. */
const nobodyIsThere = 60_000

export interface Haste {
  /** No pauses at all. */
  hurried?: boolean
  /** The longest pause of a client, in ms. */
  longestPause?: number
}

export function load(
  clients: readonly Client[],
  { hurried = false, longestPause = usualPause }: Haste = {},
): Load {
  let answered = 0
  let worst = 0
  let stopped = false
  let answeredAt = performance.now()
  const failures: string[] = []
  const running = clients.map(async (client) => {
    while (!stopped && performance.now() - answeredAt < nobodyIsThere) {
      const sent = performance.now()
      const failure = await client().then(
        () => undefined,
        (error: unknown) => describe(error),
      )
      worst = Math.max(worst, performance.now() - sent)
      if (failure === undefined) {
        answered++
        answeredAt = performance.now()
      } else failures.push(failure)
      // A port that refuses would otherwise be asked 10,000 times a second.
      const pause = failure !== undefined ? 10 : hurried ? 0 : (Math.random() - 0.5) * 2 * longestPause
      if (pause > 0) await new Promise((resolve) => setTimeout(resolve, pause))
    }
  })
  return {
    get answered() {
      return answered
    },
    failures,
    get worst() {
      return worst
    },
    async stop() {
      stopped = true
      await Promise.all(running)
    },
  }
}

function describe(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException
  return [code, message].filter(Boolean).join(': ')
}

export interface Where {
  port?: number
  socketPath?: string
  secure?: boolean
}

/** What a client sends. The answer's body must equal `expect`, or match it, if that is given. */
export interface What {
  path?: string
  method?: string
  headers?: Record<string, string>
  body?: Buffer
  expect?: string | RegExp
}

/** Clients of node:http that share a pool of `count` kept-alive connections, or use a new one each time. */
export function nodeClients(count: number, where: Where, what: What, keepAlive = true): Client[] {
  const module = where.secure ? https : http
  const agent = new module.Agent({
    keepAlive,
    maxSockets: count,
    scheduling: 'fifo',
    rejectUnauthorized: false,
  })
  return Array.from({ length: count }, () => () => nodeRequest(module, agent, where, what))
}

function nodeRequest(
  module: typeof http | typeof https,
  agent: http.Agent,
  where: Where,
  what: What,
): Promise<void> {
  const { path = '/', method = 'GET', body, expect } = what
  const headers = { ...what.headers, ...(body && { 'content-length': body.length }) }
  return new Promise((resolve, reject) => {
    const request = module.request({ ...address(where), agent, path, method, headers }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('error', reject)
      response.on('close', () => {
        if (!response.complete) return reject(new Error('the answer was cut'))
        check(response.statusCode, Buffer.concat(chunks).toString(), expect, resolve, reject)
      })
    })
    request.setTimeout(hangTimeout, () => request.destroy(new Error('hung')))
    request.on('error', reject)
    request.end(body)
  })
}

/** Clients of undici, each with a connection of its own. */
export function undiciClients(count: number, where: Where, what: What): Client[] {
  const { path = '/', method = 'GET', headers = {}, body, expect } = what
  const origin = `${where.secure ? 'https' : 'http'}://localhost:${where.port ?? 80}`
  const pools = Array.from(
    { length: count },
    () =>
      new Pool(origin, {
        connections: 1,
        headersTimeout: hangTimeout,
        bodyTimeout: hangTimeout,
        connect: { rejectUnauthorized: false, ...(where.socketPath && { socketPath: where.socketPath }) },
      }),
  )
  return pools.map((pool) => async () => {
    const response = await pool.request({ path, method: method as 'GET', headers, body: body ?? null })
    const text = await response.body.text()
    await new Promise<void>((resolve, reject) => check(response.statusCode, text, expect, resolve, reject))
  })
}

/** `count` clients of each kind that most programs meet: two libraries that keep connections, one that does not. */
export function mixedClients(count: number, where: Where, what: What): Client[] {
  return [
    ...nodeClients(count, where, what),
    ...undiciClients(count, where, what),
    ...nodeClients(count, where, what, false),
  ]
}

function check(
  status: number | undefined,
  body: string,
  expect: string | RegExp | undefined,
  resolve: () => void,
  reject: (error: Error) => void,
): void {
  const isRight = expect instanceof RegExp ? expect.test(body) : expect === undefined || body === expect
  if (status !== 200) reject(new Error(`status ${status}: ${body.slice(0, 80)}`))
  else if (!isRight) reject(new Error(`wrong body: ${body.length} bytes`))
  else resolve()
}

function address({
  port,
  socketPath,
}: Where): { socketPath: string } | { host: string; port: number | undefined } {
  return socketPath ? { socketPath } : { host: '127.0.0.1', port }
}

/**
 * A client made of bytes: it sends `pieces` with a pause between them and
 * reads as many answers as it sent requests, at its own speed.
 */
export interface RawExchange {
  pieces: string[]
  /** Milliseconds between two pieces. */
  pause?: number
  /** How many answers are to come. */
  answers?: number
  /** Milliseconds between two reads. */
  readPause?: number
  /** How many such exchanges a connection serves; a server that says close ends it sooner. */
  perConnection?: number
}

/** @returns a client that keeps its connection as long as the server lets it. */
export function rawClient(
  where: Where,
  { pieces, pause = 0, answers = 1, readPause = 0, perConnection = 100 }: RawExchange,
): Client {
  let connection: RawConnection | undefined
  let used = 0
  return async () => {
    if (!connection || connection.closing || used >= perConnection) {
      connection?.end()
      connection = await RawConnection.open(where, readPause)
      used = 0
    }
    used++
    const current = connection
    try {
      for (const [index, piece] of pieces.entries()) {
        if (index > 0 && pause > 0) await new Promise((resolve) => setTimeout(resolve, pause))
        current.write(piece)
      }
      for (let received = 0; received < answers; received++) await current.answer()
    } catch (error) {
      connection = undefined
      current.end()
      throw error
    }
  }
}

class RawConnection {
  /** The server has said that this answer is its last here, or has hung up between answers. */
  closing = false
  #buffer = Buffer.alloc(0)
  #ended: Error | undefined
  #wake: () => void = () => {}
  readonly #socket: net.Socket

  static open(where: Where, readPause: number): Promise<RawConnection> {
    return new Promise((resolve, reject) => {
      const socket = where.secure
        ? tls.connect({ ...address(where), rejectUnauthorized: false } as tls.ConnectionOptions)
        : net.connect(
            where.socketPath ? { path: where.socketPath } : { host: '127.0.0.1', port: where.port! },
          )
      socket.once('error', reject)
      socket.once(where.secure ? 'secureConnect' : 'connect', () =>
        resolve(new RawConnection(socket, readPause)),
      )
    })
  }

  private constructor(socket: net.Socket, readPause: number) {
    this.#socket = socket
    socket.on('data', (chunk: Buffer) => {
      this.#buffer = Buffer.concat([this.#buffer, chunk])
      this.#wake()
      if (readPause === 0) return
      socket.pause()
      setTimeout(() => socket.resume(), readPause)
    })
    const end = (error?: Error) => {
      this.closing = true
      this.#ended ??= error ?? new Error('closed before the answer')
      this.#wake()
    }
    socket.on('error', end)
    socket.on('close', () => end())
  }

  write(piece: string): void {
    this.#socket.write(piece)
  }

  end(): void {
    this.#socket.destroy()
  }

  async answer(): Promise<void> {
    const deadline = Date.now() + hangTimeout
    for (;;) {
      const headEnd = this.#buffer.indexOf('\r\n\r\n')
      if (headEnd >= 0) {
        const head = this.#buffer.subarray(0, headEnd).toString('latin1')
        const length = Number(/content-length: (\d+)/i.exec(head)?.[1] ?? NaN)
        if (!head.startsWith('HTTP/1.1 200') || Number.isNaN(length)) throw new Error(`bad answer: ${head}`)
        const end = headEnd + 4 + length
        if (this.#buffer.length >= end) {
          this.#buffer = this.#buffer.subarray(end)
          if (/connection: close/i.test(head)) this.closing = true
          return
        }
      }
      if (this.#ended) throw this.#ended
      if (Date.now() >= deadline) throw new Error('hung')
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, 1000)
        this.#wake = () => {
          clearTimeout(timer)
          resolve()
        }
      })
    }
  }
}
