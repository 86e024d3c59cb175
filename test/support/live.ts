import http, { type IncomingMessage } from 'node:http'
import type { TestContext } from 'node:test'
import type { LiveEvents } from '@clustered/core/control'
import { Desk } from './desk.ts'
import { load, type Load, nodeClients } from './load.ts'
import { eventually, type Program, start } from './program.ts'

type Heard = {
  [Name in keyof LiveEvents]: { name: Name; data: LiveEvents[Name]; at: number }
}[keyof LiveEvents]

/** Far above what anything here takes. */
const patience = 60_000

interface Asked {
  status: number
  text: string
}

/** A program with a control socket. */
export class LiveProgramOfTest {
  readonly desk: Desk
  readonly program: Program
  readonly port: number

  constructor(desk: Desk, program: Program, port: number) {
    this.desk = desk
    this.program = program
    this.port = port
  }

  get socket(): string {
    return this.desk.sockets[0]!
  }

  load(): Load {
    return load([
      ...nodeClients(3, this, { expect: 'hello' }),
      ...nodeClients(2, this, { expect: 'hello' }, false),
    ])
  }

  ask(method: string, path: string, body = ''): Promise<Asked> {
    return new Promise((resolve, reject) => {
      const request = http.request({ socketPath: this.socket, method, path, agent: false }, (response) => {
        let text = ''
        response.setEncoding('utf8').on('data', (more: string) => (text += more))
        response.on('error', reject)
        response.on('end', () => resolve({ status: response.statusCode!, text }))
      })
      request.on('error', reject)
      request.end(body)
    })
  }
}

export async function openLive(t: TestContext, options: object): Promise<LiveProgramOfTest> {
  const desk = new Desk(t)
  const OPTIONS = JSON.stringify({ workers: 2, name: 'shop', ...options })
  const program = start(t, 'server.js', { env: { ...desk.env, OPTIONS } })
  const port = await program.listens()
  await eventually(() => desk.sockets.length === 1, 'the control socket')
  return new LiveProgramOfTest(desk, program, port)
}

/** Reads `GET /v1/live`. */
export class LiveReader {
  readonly status: number
  readonly events: Heard[] = []
  /** In bytes, or characters. */
  received = 0
  /** Whether the answer came to its end, or was cut. */
  readonly ended: Promise<'complete' | 'cut'>
  readonly #response: IncomingMessage
  #rest = ''
  #wake: () => void = () => {}

  static open(
    where: string | { port: number; path: string; headers: Record<string, string> },
  ): Promise<LiveReader> {
    const place = typeof where === 'string' ? { socketPath: where, path: '/v1/live' } : where
    return new Promise((resolve, reject) => {
      http
        .get({ ...place, agent: false }, (response) => resolve(new LiveReader(response)))
        .on('error', reject)
    })
  }

  private constructor(response: IncomingMessage) {
    this.status = response.statusCode!
    this.#response = response
    response.setEncoding('utf8').on('data', (text: string) => this.#read(text))
    response.on('error', () => {})
    this.ended = new Promise((resolve) =>
      response.once('close', () => resolve(response.complete ? 'complete' : 'cut')),
    )
  }

  /** The first of that kind for which it holds, of all that was and will be heard. */
  async hears<Name extends keyof LiveEvents>(
    name: Name,
    holds: (data: LiveEvents[Name]) => boolean = () => true,
  ): Promise<LiveEvents[Name]> {
    const deadline = Date.now() + patience
    for (;;) {
      const found = this.events.find((event) => event.name === name && holds(event.data as LiveEvents[Name]))
      if (found) return found.data as LiveEvents[Name]
      if (Date.now() > deadline) throw new Error(`no ${name} for which ${holds} holds: ${this.#summary()}`)
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, 1000)
        this.#wake = () => {
          clearTimeout(timer)
          resolve()
        }
      })
    }
  }

  /** All of an answer that is no stream. */
  async text(): Promise<string> {
    await this.ended
    return this.#rest
  }

  pause(): void {
    this.#response.pause()
  }

  resume(): void {
    this.#response.resume()
  }

  leave(): void {
    this.#response.destroy()
  }

  #read(text: string): void {
    this.#rest += text
    this.received += text.length
    for (let end = this.#rest.indexOf('\n\n'); end >= 0; end = this.#rest.indexOf('\n\n')) {
      const [, name, data] = /^event: (\w+)\ndata: (.*)$/.exec(this.#rest.slice(0, end)) ?? []
      if (name === undefined) throw new Error(`not an event: ${this.#rest.slice(0, end)}`)
      this.#rest = this.#rest.slice(end + 2)
      this.events.push({ name, data: JSON.parse(data!), at: Date.now() } as Heard)
    }
    this.#wake()
  }

  #summary(): string {
    return this.events.map(({ name, data }) => `${name} ${JSON.stringify(data).slice(0, 200)}`).join('\n')
  }
}
