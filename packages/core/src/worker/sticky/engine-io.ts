import type { IncomingMessage } from 'node:http'
import { prototypesWith } from '../loaded-classes.ts'

/** A server of Engine.IO 4 to 6, on which Socket.IO 3 and 4 are built. */
interface Engine {
  readonly clients?: Record<string, EngineClient>
  generateId: (this: Engine, request: IncomingMessage) => unknown
}

/** A session of such a server. */
export interface EngineClient {
  readonly readyState: string
  readonly transport?: Transport
  close(): unknown
}

interface Transport {
  readonly name?: string
  readonly writable?: boolean
  send(packets: { type: string }[]): unknown
}

type Handshake = (this: Engine, ...args: unknown[]) => unknown

/** The module that has its classes. */
const engineModule = /[\\/]engine\.io[\\/](?:build|lib)[\\/]server\.js$/

/**
 * The servers of Engine.IO in this process. Their sessions get ids that name
 * this worker: those that the app, or the server itself, makes, behind its name.
 */
export class Engines {
  readonly #id: string
  readonly #engines = new Set<Engine>()
  readonly #watched = new WeakSet<object>()
  #modules = 0
  #isThere = false

  /** @param id what this worker is called. */
  constructor(id: string) {
    this.#id = id
  }

  /**
   * To be called before each handshake: it looks at what has been loaded since.
   * @returns whether there is Engine.IO in this process.
   */
  find(): boolean {
    const names = Object.keys(require.cache)
    if (names.length !== this.#modules) {
      this.#modules = names.length
      for (const name of names.filter((each) => engineModule.test(each)))
        for (const made of prototypesWith(require.cache[name]?.exports, 'handshake')) this.#watch(made)
    }
    return this.#isThere
  }

  /** Sessions whose clients ask for what is new, and have no connection that could be told of a restart. */
  polling(): EngineClient[] {
    return [...this.#engines]
      .flatMap(({ clients = {} }) => Object.values(clients))
      .filter(({ transport }) => transport?.name === 'polling')
  }

  /** Answers the poll of a session with nothing, if there is one that waits. */
  release(session: string): void {
    for (const { clients = {} } of this.#engines) {
      const transport = Object.hasOwn(clients, session) ? clients[session]?.transport : undefined
      if (transport?.name === 'polling' && transport.writable) transport.send([{ type: 'noop' }])
    }
  }

  #watch(prototype: { handshake: Handshake }): void {
    if (this.#watched.has(prototype)) return
    this.#watched.add(prototype)
    this.#isThere = true
    const name = (engine: Engine): void => this.#name(engine)
    const { handshake } = prototype
    prototype.handshake = function (...args) {
      name(this)
      return handshake.apply(this, args)
    }
  }

  /** The app may give a server another way of making ids at any time. */
  #name(engine: Engine): void {
    this.#engines.add(engine)
    const { generateId } = engine
    if (this.#watched.has(generateId)) return
    const named = (id: unknown): unknown => (typeof id === 'string' ? `${this.#id}.${id}` : id)
    const naming: Engine['generateId'] = function (request) {
      const id = generateId.call(this, request)
      return id instanceof Promise ? id.then(named) : named(id)
    }
    engine.generateId = naming
    this.#watched.add(naming)
  }
}

/** What a client of Engine.IO asks with, and the session that it has, if it has one. */
const isOfEngine = /[?&]EIO=\d/
const session = /[?&]sid=([\w-]{8})\./

/** Whether a client begins a session, or asks in one whose id names nobody. */
export function asksEngine(url: string): boolean {
  return isOfEngine.test(url)
}

/** The session of a request, if it has one. */
export function sessionOf(url: string): string | undefined {
  return /[?&]sid=([^&]*)/.exec(url)?.[1]
}

/** The worker that the session's id names. */
export function ownerOfSession(url: string): string | undefined {
  return session.exec(url)?.[1]
}
