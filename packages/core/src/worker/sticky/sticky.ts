import type { IncomingMessage, ServerResponse } from 'node:http'
import type * as net from 'node:net'
import type { Duplex } from 'node:stream'
import type { GoodbyeSettings } from '../../goodbye-settings.ts'
import type { StreamHandle } from '../../node-internals/handles.ts'
import type { Sticky as StickyOption } from '../../options.ts'
import { privateSocketName } from '../../private-socket-name.ts'
import { toLine } from '../../thrown.ts'
import { wasGiven } from '../given-connections.ts'
import { Engines, sessionOf } from './engine-io.ts'
import { forward, type Way } from './forward.ts'
import { ForwardedPolls } from './forwarded-polls.ts'
import { type OwnerOf, ownerByFunction, ownerBySocketIo } from './owner.ts'
import { pipeUpgrade, takeUpgrade } from './pass-upgrade.ts'
import { takePeer } from './peer.ts'
import { PollGoodbyes, type ToTell } from './poll-goodbyes.ts'
import { PrivateSocket } from './private-socket.ts'
import { SiblingAgent } from './sibling-agent.ts'

export interface StickyParts {
  /** What this worker is called. */
  readonly id: string
  /** The primary's pid. */
  readonly primary: number
  /** Where private sockets are, the first choice first. */
  readonly folders: readonly string[]
  readonly option: StickyOption
  readonly report: (problem: string, error?: unknown) => void
  /** Gives a connection to the worker of that name, through the primary. */
  readonly pass: (key: string, to: string, bytes: string, connection: StreamHandle) => void
}

type Emit = (this: net.Server, name: string, ...event: unknown[]) => boolean

const requestEvents = new Set(['request', 'checkContinue', 'checkExpectation', 'upgrade'])

/**
 * Brings each request to the worker that has its session. That one is named in
 * the session's id, so that nobody keeps a table. What clients send is not
 * believed: whoever is not there, or is not called by a name, has nothing
 * brought to it, and the request is served here.
 */
export class Sticky {
  readonly #parts: StickyParts
  readonly #engines: Engines
  readonly #goodbyes = new PollGoodbyes(() => this.#polls())
  readonly #forwarded = new ForwardedPolls()
  readonly #ownerOf: OwnerOf
  readonly #private: PrivateSocket | undefined
  readonly #servers = new Map<string, net.Server>()
  readonly #keys = new WeakMap<net.Server, string>()
  readonly #agents = new Map<string, Pick<Way, 'kept' | 'fresh'>>()
  readonly #reported = new Set<string | undefined>()
  #leaving = false

  constructor(parts: StickyParts) {
    const { id, primary, folders, option, report } = parts
    this.#parts = parts
    this.#engines = new Engines(id)
    this.#ownerOf =
      typeof option === 'function' ? ownerByFunction(option, report) : ownerBySocketIo(this.#engines, report)
    try {
      this.#private = PrivateSocket.open(
        folders,
        primary,
        id,
        (key) => this.#servers.get(key),
        (session) => this.#engines.release(session),
      )
    } catch (error) {
      report(
        `sticky: requests are served where they come, as workers cannot reach each other: ${toLine(error)}`,
      )
    }
  }

  /** @param key what the server is called, in each worker alike. */
  watch(server: net.Server, key: string): void {
    this.#servers.set(key, server)
    const isNew = !this.#keys.has(server)
    this.#keys.set(server, key)
    if (!isNew || !this.#private) return
    const { emit } = server as unknown as { emit: Emit }
    const takes = (name: string, event: unknown[]): boolean => this.#takes(server, emit, name, event)
    server.emit = function (this: net.Server, name: string, ...event: unknown[]): boolean {
      return (requestEvents.has(name) && takes(name, event)) || emit.call(this, name, ...event)
    }
  }

  /** Resolves when no client of Socket.IO polls here any more: they are told to come back. */
  async sayGoodbye(timeout: number, goodbye: GoodbyeSettings | false): Promise<void> {
    this.#leaving = true
    if (goodbye) await this.#goodbyes.say(timeout, goodbye)
  }

  /**
   * Sessions of this worker are closed in the way in which a client comes back by
   * itself: it is told so in the answer to its poll, behind all that was to be sent.
   */
  #polls(): ToTell {
    const sessions = this.#engines.polling().map((session) => [session, () => void session.close()] as const)
    return new Map<object, () => void>([...sessions, ...this.#forwarded.ends()])
  }

  /** Resolves when siblings have had what they have asked for. */
  async close(timeout: number): Promise<void> {
    await this.#private?.close(timeout)
    this.#goodbyes.stop()
  }

  /** @returns whether somebody else has it, or will serve it. */
  #takes(server: net.Server, emit: Emit, name: string, event: unknown[]): boolean {
    const [request, second, head] = event as [IncomingMessage, unknown, Buffer]
    if (this.#private!.has(request.socket)) {
      takePeer(request)
      // The next request comes on another connection, if this worker is still there then.
      if (this.#leaving && name !== 'upgrade') (second as ServerResponse).shouldKeepAlive = false
      return false
    }
    if (wasGiven(request.socket) || request.httpVersionMajor > 1) return false
    const owner = this.#ownerOf(request)
    if (owner === undefined || owner === this.#parts.id) return false
    const here = (): void => void emit.call(server, name, ...event)
    if (name === 'upgrade') this.#passUpgrade(server, owner, request, second as Duplex, head, here)
    else this.#forward(server, owner, request, second as ServerResponse, here)
    return true
  }

  #forward(
    server: net.Server,
    owner: string,
    request: IncomingMessage,
    response: ServerResponse,
    here: () => void,
  ): void {
    const way = this.#wayTo(owner, server)
    const session =
      this.#parts.option === 'socket.io' && request.method === 'GET' && sessionOf(request.url ?? '')
    if (session) this.#forwarded.add(response, { socketPath: way.socketPath, session })
    forward(request, response, way, here, this.#report)
  }

  #passUpgrade(
    server: net.Server,
    owner: string,
    request: IncomingMessage,
    socket: Duplex,
    head: Buffer,
    here: () => void,
  ): void {
    const key = this.#keys.get(server)!
    const taken = takeUpgrade(server, request, socket, head)
    if (taken) this.#parts.pass(key, owner, taken.bytes, taken.handle)
    else pipeUpgrade(request, socket, head, { socketPath: this.#pathOf(owner), key }, here)
  }

  #wayTo(owner: string, server: net.Server): Way {
    const key = this.#keys.get(server)!
    let agents = this.#agents.get(key)
    if (!agents)
      this.#agents.set(
        key,
        (agents = { kept: new SiblingAgent(key, true), fresh: new SiblingAgent(key, false) }),
      )
    return { ...agents, socketPath: this.#pathOf(owner) }
  }

  #pathOf(owner: string): string {
    return privateSocketName(this.#private!.folder, this.#parts.primary, owner)
  }

  readonly #report = (error: NodeJS.ErrnoException): void => {
    if (this.#reported.has(error.code)) return
    this.#reported.add(error.code)
    this.#parts.report(`sticky: a worker could not be reached: ${toLine(error)}`)
  }
}
