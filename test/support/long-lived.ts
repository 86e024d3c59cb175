/**
 * Clients of the fixture `long-lived.js` that see every byte, and never come
 * back. Each is told what it must see: whole messages until the goodbye, and
 * nothing after it.
 */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import http2 from 'node:http2'
import net from 'node:net'
import tls from 'node:tls'

export interface Where {
  port: number
  secure?: boolean
}

interface Ended {
  /** Bytes that the server sent, before it closed the connection or, where that is said, before it reset it. */
  bytes: Buffer
  wasReset: boolean
}

class Connection {
  readonly socket: net.Socket
  #bytes: Buffer[] = []
  #size = 0
  readonly ended: Promise<Ended>

  constructor({ port, secure }: Where) {
    const host = '127.0.0.1'
    this.socket = secure
      ? tls.connect({ host, port, rejectUnauthorized: false })
      : net.connect({ host, port })
    this.socket.on('data', (bytes) => {
      this.#bytes.push(bytes)
      this.#size += bytes.length
    })
    this.ended = new Promise((resolve) => {
      let wasReset = false
      this.socket.on('error', () => (wasReset = true))
      this.socket.on('close', () => resolve({ bytes: this.bytes, wasReset }))
    })
  }

  get bytes(): Buffer {
    this.#bytes = [Buffer.concat(this.#bytes)]
    return this.#bytes[0]!
  }

  /** Waits until it has ended, or what has come ends with that. */
  async endedOr(bytes: Buffer): Promise<Ended> {
    while (!this.socket.destroyed && !this.bytes.subarray(-bytes.length).equals(bytes))
      await Promise.race([once(this.socket, 'data'), once(this.socket, 'close')])
    return this.socket.destroyed ? this.ended : { bytes: this.bytes, wasReset: false }
  }

  /** Waits until so many bytes have come. */
  async has(size: number): Promise<void> {
    while (this.#size < size) {
      assert.ok(!this.socket.destroyed, `closed too early: ${String(this.bytes.subarray(0, 200))}`)
      await Promise.race([once(this.socket, 'data'), once(this.socket, 'close')])
    }
  }
}

/** A WebSocket that talks all the time, to the library at a path. */
export class RawWebSocket {
  readonly path: string
  readonly #connection: Connection
  readonly #options: { answers?: boolean; talks?: boolean }
  /** What is wrong with what the server has said. */
  #fault: string | undefined
  #code: number | undefined
  /** Behind the last whole frame. */
  #rest = Buffer.alloc(0)
  #message: string | undefined

  private constructor(where: Where, path: string, options: { answers?: boolean; talks?: boolean }) {
    this.path = path
    this.#options = options
    this.#connection = new Connection(where)
    this.#connection.socket.write(upgradeTo(path))
  }

  /** Waits until it has been upgraded, and told something. */
  static async open(where: Where, path: string, options = {}): Promise<RawWebSocket> {
    const client = new RawWebSocket(where, path, options)
    await client.#connection.has(1000)
    client.#begin()
    return client
  }

  #begin(): void {
    const { socket, bytes } = this.#connection
    this.#read(bytes.subarray(bytes.indexOf('\r\n\r\n') + 4))
    const talk = setInterval(() => {
      if (this.#options.talks !== false && this.#code === undefined) this.#send(0x81, Buffer.alloc(300, 'c'))
    }, 5)
    socket.on('data', (more: Buffer) => this.#read(more)).on('close', () => clearInterval(talk))
  }

  #send(first: number, payload: Buffer): void {
    const { length } = payload
    const head = length > 125 ? [first, 0x80 | 126, length >> 8, length & 255] : [first, 0x80 | length]
    // With a mask of zeros, the bytes are what they are.
    this.#connection.socket.write(Buffer.concat([Buffer.from(head), Buffer.alloc(4), payload]))
  }

  #read(more: Buffer): void {
    if (this.#code !== undefined) this.#fault ??= 'something comes behind the close frame'
    this.#rest = Buffer.concat([this.#rest, more])
    for (let frame = this.#nextFrame(); frame; frame = this.#nextFrame())
      this.#take(frame.first, frame.payload)
  }

  #nextFrame(): { first: number; payload: Buffer } | undefined {
    const rest = this.#rest
    if (rest.length < 2) return undefined
    const short = rest[1]!
    const head = short < 126 ? 2 : short === 126 ? 4 : 10
    if (rest.length < head) return undefined
    const length =
      short < 126 ? short : short === 126 ? rest.readUInt16BE(2) : Number(rest.readBigUInt64BE(2))
    if (rest.length < head + length) return undefined
    this.#rest = rest.subarray(head + length)
    return { first: rest[0]!, payload: rest.subarray(head, head + length) }
  }

  #take(first: number, payload: Buffer): void {
    const opcode = first & 15
    if (opcode === 8) {
      this.#code = payload.length < 2 ? 1005 : payload.readUInt16BE()
      if (this.#message !== undefined) this.#fault ??= 'a message is cut off'
      if (this.#rest.length > 0) this.#fault ??= 'something comes behind the close frame'
      if (this.#options.answers !== false) this.#send(0x88, payload)
    } else if (opcode < 3) {
      if ((opcode === 0) !== (this.#message !== undefined)) this.#fault ??= 'a message begins inside another'
      this.#message = (this.#message ?? '') + String(payload)
      if (!(first & 0x80)) return
      if (!isWhole(this.#message)) this.#fault ??= `a message is broken: ${this.#message.slice(0, 100)}`
      this.#message = undefined
    } else if (opcode < 9) this.#fault ??= `opcode ${opcode}`
  }

  /** Resolves when the server has closed the connection, which must have been in the right way. */
  async saysGoodbye(): Promise<void> {
    const { wasReset } = await this.#connection.ended
    assert.equal(this.#fault, undefined, this.path)
    assert.equal(this.#code, 1012, this.path)
    assert.equal(wasReset && this.#options.answers !== false, false, `${this.path}: not reset`)
  }

  /** Resolves when the connection was cut, with no close frame. */
  async isCut(): Promise<void> {
    await this.#connection.ended
    assert.equal(this.#code, undefined, this.path)
  }
}

export const upgradeTo = (path: string, protocol = 'websocket'): string =>
  [
    `GET ${path} HTTP/1.1`,
    'Host: localhost',
    'Connection: Upgrade',
    `Upgrade: ${protocol}`,
    'Sec-WebSocket-Version: 13',
    'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
    '\r\n',
  ].join('\r\n')

/** A message says how long it is. */
function isWhole(text: string): boolean {
  const [, length, body] = /^(\d+):(x*)$/.exec(text) ?? []
  return body?.length === Number(length)
}

/** An event stream on a connection of HTTP/1 of its own. */
export class RawEventStream {
  readonly path: string
  readonly #connection: Connection

  private constructor(where: Where, path: string) {
    this.path = path
    this.#connection = new Connection(where)
    const method = path === '/answer' ? 'POST' : 'GET'
    this.#connection.socket.write(
      `${method} ${path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n`,
    )
  }

  static async open(where: Where, path: string): Promise<RawEventStream> {
    const client = new RawEventStream(where, path)
    await client.#connection.has(path === '/nothing' ? 0 : 150)
    return client
  }

  /**
   * Resolves when the answer is complete and, if its head says so, the server has closed the connection. If not,
   * a request that is sent at once must be answered.
   */
  async isComplete(): Promise<string> {
    const { bytes, wasReset } = await this.#connection.endedOr(lastChunk)
    assert.equal(wasReset, false, `${this.path}: not reset`)
    const ends = /^connection: close/im.test(String(bytes.subarray(0, bytes.indexOf('\r\n\r\n'))))
    if (ends) await this.#connection.ended
    else await this.#asksAgain(bytes.length)
    let rest = bytes.subarray(bytes.indexOf('\r\n\r\n') + 4)
    const chunks: Buffer[] = []
    for (;;) {
      const end = rest.indexOf('\r\n')
      const size = end < 0 ? NaN : Number.parseInt(String(rest.subarray(0, end)), 16)
      assert.ok(size >= 0 && rest.length >= end + size + 4, `${this.path}: the last chunk is missing`)
      if (size > 0) chunks.push(rest.subarray(end + 2, end + 2 + size))
      rest = rest.subarray(end + size + 4)
      if (size === 0) break
    }
    assert.equal(rest.length, 0, `${this.path}: nothing comes behind it`)
    const text = String(Buffer.concat(chunks))
    if (this.path !== '/gzip') assertEvents(this.path, text)
    return text
  }

  async #asksAgain(size: number): Promise<void> {
    const { socket } = this.#connection
    socket.write('GET /pid HTTP/1.1\r\nHost: localhost\r\n\r\n')
    await this.#connection.has(size + 12)
    assert.match(String(this.#connection.bytes.subarray(size)), /^HTTP\/1.1 200/, `${this.path}: asks again`)
    socket.destroy()
  }
}

const lastChunk = Buffer.from('\r\n0\r\n\r\n')

function assertEvents(path: string, text: string): void {
  if (text === '') return
  assert.match(text, /(\n\n|\r\n\r\n)$/, `${path}: ends between two events`)
  for (const [, data] of text.matchAll(/data: (\S*)/g)) assert.ok(isWhole(data!), `${path}: a whole event`)
}

/** Event streams on one session of HTTP/2. */
export class Http2EventStreams {
  readonly #session: http2.ClientHttp2Session
  readonly #streams: { path: string; ended: Promise<string> }[] = []

  constructor(port: number) {
    this.#session = http2.connect(`http://127.0.0.1:${port}`)
  }

  async open(path: string): Promise<void> {
    const stream = this.#session.request({ ':path': path })
    stream.setEncoding('utf8')
    let text = ''
    stream.on('data', (more) => (text += more))
    const ended = new Promise<string>((resolve, reject) => {
      stream.once('end', () =>
        stream.rstCode === 0 ? resolve(text) : reject(new Error(`reset: ${stream.rstCode}`)),
      )
      stream.once('error', reject)
    })
    ended.catch(() => {})
    this.#streams.push({ path, ended })
    await once(stream, 'response')
  }

  /** Resolves when each has ended without an error, and the session has. */
  async areComplete(): Promise<void> {
    const closed = this.#session.closed ? undefined : once(this.#session, 'close')
    for (const { path, ended } of this.#streams) {
      const text = await ended
      if (path !== '/gzip') assertEvents(path, text)
    }
    await closed
  }
}
