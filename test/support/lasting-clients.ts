import http from 'node:http'
import http2 from 'node:http2'
import { io } from 'socket.io-client'

/** What a client that stays connected, and comes back whenever it was told to go, has seen. */
export class LastingClient {
  readonly name: string
  /** How often it was connected. */
  opened = 0
  /** How each of its connections ended. */
  readonly ends: string[] = []
  /** What must not be: a message that is missing or broken, a connection that failed. */
  readonly faults: string[] = []
  messages = 0
  /** It is not to come back after its next end. */
  stayAway = false
  /** Ends its connection from its own side. */
  leave: () => void = () => {}
  readonly #connect: (client: LastingClient) => void

  constructor(name: string, connect: (client: LastingClient) => void) {
    this.name = name
    this.#connect = connect
    this.connect()
  }

  connect(): void {
    this.#connect(this)
  }

  get isOpen(): boolean {
    return this.opened > this.ends.length
  }

  /** @param pause milliseconds until it comes back. */
  ended(how: string, pause = 0): void {
    this.ends.push(how)
    if (!this.stayAway) setTimeout(() => this.connect(), pause)
  }

  stop(): void {
    this.stayAway = true
    this.leave()
  }
}

const long = 'x'.repeat(50_000)
const numbered = (kind: string, number: number) => `${kind}${number} ${number % 25 === 24 ? long : ''}`

/** Says numbered messages, and checks that those that come are whole, and none is missing. */
class Talk {
  readonly #client: LastingClient
  readonly #next: Record<string, number> = { push: 0, answer: 0 }
  readonly #timer: NodeJS.Timeout

  constructor(client: LastingClient, every: number, send: (message: string) => void) {
    this.#client = client
    let said = 0
    this.#timer = setInterval(() => send(numbered('say', said++)), every)
    client.opened++
  }

  take(message: string): void {
    const kind = /^[a-z]*/.exec(message)![0]
    const wanted = numbered(kind, this.#next[kind]!++)
    if (message === wanted) this.#client.messages++
    else this.#client.faults.push(`${message.slice(0, 20)} (${message.length}), not ${wanted.slice(0, 20)}`)
  }

  end(): void {
    clearInterval(this.#timer)
  }
}

interface SocketEvent {
  data: string
  message: string
  code: number
  wasClean: boolean
}

/** What `ws` and undici have in common with browsers. */
interface Socket {
  addEventListener(name: 'open' | 'message' | 'error' | 'close', listener: (event: SocketEvent) => void): void
  send(message: string): void
  close(): void
}

/** @param every milliseconds between two messages. */
export function talker(name: string, open: () => unknown, every: number): LastingClient {
  return new LastingClient(name, (client) => {
    const socket = open() as Socket
    let talk: Talk | undefined
    client.leave = () => socket.close()
    socket.addEventListener('open', () => {
      talk = new Talk(client, every, (message) => socket.send(message))
    })
    socket.addEventListener('message', ({ data }) => talk!.take(data))
    socket.addEventListener('error', ({ message }) => client.faults.push(`error: ${message}`))
    socket.addEventListener('close', ({ code, wasClean }) => {
      talk?.end()
      // One that was refused has told so as an error. It is not asked again without a pause.
      if (talk) client.ended(`${code}${wasClean ? '' : ', not clean'}`)
      else if (!client.stayAway) setTimeout(() => client.connect(), 20)
    })
  })
}

/** Socket.IO's own, which comes back by itself. */
export function socketIoClient(port: number, every: number): LastingClient {
  return new LastingClient('Socket.IO', (client) => {
    if (client.opened > 0) return
    const socket = io(`http://127.0.0.1:${port}`, {
      transports: ['websocket'],
      query: { every },
      reconnectionDelay: 20,
    })
    let talk: Talk | undefined
    client.leave = () => socket.disconnect()
    socket.on('connect', () => (talk = new Talk(client, every, (message) => socket.emit('message', message))))
    socket.on('message', (message: string) => talk!.take(message))
    socket.on('connect_error', ({ message }) => client.faults.push(`error: ${message}`))
    socket.on('disconnect', (reason, details) => {
      talk!.end()
      const { code } = (details as { context?: { code?: number } } | undefined)?.context ?? {}
      client.ended(reason === 'transport close' ? String(code) : reason)
      if (client.stayAway) socket.disconnect()
    })
  })
}

/** What the server asks for, in ms. */
const retry = 50

/** Checks that the events are whole and none is missing, across connections too. */
class Events {
  readonly #client: LastingClient
  #text = ''
  last = -1
  #from = ''

  constructor(client: LastingClient) {
    this.#client = client
  }

  /** A new connection: where the last one ended, and by whom. */
  begin(): void {
    this.#client.opened++
    this.#text = ''
  }

  take(text: string): void {
    const events = (this.#text + text).split('\n\n')
    this.#text = events.pop()!
    for (const event of events) {
      if (event === `retry: ${retry}`) continue
      const [, id, pid] = /^id: (\d+)\ndata: from (\d+)$/.exec(event) ?? []
      if (Number(id) === this.last + 1) this.#client.messages++
      else this.#client.faults.push(`${event}, not event ${this.last + 1}`)
      this.last = Number(id)
      this.#from = pid!
    }
  }

  /** @returns how the stream ended. */
  end(isComplete: boolean): string {
    if (!isComplete) return 'cut'
    return this.#text === '' ? 'complete' : `complete, but for the end of: ${this.#text}`
  }

  get from(): string {
    return this.#from
  }
}

/** An event stream over HTTP/1.1, on connections that are kept if the server lets them. */
export function eventStream(port: number, every: number): LastingClient {
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 })
  let events: Events
  return new LastingClient('event stream', (client) => {
    events ??= new Events(client)
    const request = http.get({
      port,
      agent,
      path: `/events?every=${every}`,
      headers: { 'last-event-id': String(events.last) },
    })
    client.leave = () => request.destroy()
    request.on('error', (error) => {
      // The connection ended as it was asked once more: browsers then ask on another one.
      if (request.reusedSocket) client.connect()
      else if (!client.stayAway) client.faults.push(`error: ${error.message}`)
    })
    request.on('response', (response) => {
      events.begin()
      response.setEncoding('utf8').on('data', (text: string) => events.take(text))
      response.on('error', () => {})
      response.once('close', () => client.ended(events.end(response.complete), retry))
    })
  })
}

/** An event stream over HTTP/2; a new session for each. */
export function eventStream2(origin: string, every: number): LastingClient {
  let events: Events
  return new LastingClient(`event stream of HTTP/2, ${origin}`, (client) => {
    events ??= new Events(client)
    const session = http2.connect(origin, { rejectUnauthorized: false })
    client.leave = () => session.destroy()
    session.on('error', (error: Error) => client.faults.push(`error: ${error.message}`))
    const stream = session.request({
      ':path': `/events?every=${every}`,
      'last-event-id': String(events.last),
    })
    let isComplete = false
    stream.on('response', () => events.begin())
    stream.setEncoding('utf8').on('data', (text: string) => events.take(text))
    stream.on('end', () => (isComplete = stream.rstCode === http2.constants.NGHTTP2_NO_ERROR))
    stream.on('error', () => (isComplete = false))
    stream.on('close', () => {
      session.close()
      client.ended(events.end(isComplete))
    })
  })
}
