/**
 * Every part of Node that is used here and not documented, in one place. They
 * are the parts that node:cluster itself is made of, the same from Node 20 to
 * 26, and the tests run on each of those.
 */
import { closeSync, fstatSync, writeSync } from 'node:fs'
import http, { type IncomingMessage, type ServerResponse } from 'node:http'
import type { Http2Session, ServerHttp2Stream as Http2Stream } from 'node:http2'
import net from 'node:net'
import { constants } from 'node:os'
import { isatty } from 'node:tty'
import type { SocketName } from './protocol/messages.ts'

/** libuv's handle of a TCP or pipe socket, as it travels between processes. */
export interface TransferableHandle {
  /** Called for each accepted connection, or with an error number below 0. */
  onconnection: ((status: number, connection: TransferableHandle) => void) | undefined
  listen(backlog: number): number
  close(callback?: () => void): void
  unref?(): void
  getsockname?(out: object): number
  getpeername?(out: object): number
  readonly fd?: number
}

/** Flags of `uv_tcp_bind`. */
const UV_TCP_IPV6ONLY = 1
export const UV_TCP_REUSEPORT = 2

/**
 * Binds a TCP socket that shares its port with others bound the same way, and
 * does not listen on it. Answers a negative error number where the system or
 * this Node cannot do it (ENOTSUP), or silently without the sharing (Node 20).
 */
export function bindReusePort(address: string, port: number, ipv6Only: boolean): TransferableHandle | number {
  const family = net.isIPv6(address) ? 6 : 4
  const flags = UV_TCP_REUSEPORT | (ipv6Only ? UV_TCP_IPV6ONLY : 0)
  const create = (net as unknown as { _createServerHandle: CreateServerHandle })._createServerHandle
  const handle = create(address, port, family, -1, flags)
  if (typeof handle === 'number') return handle
  // libuv keeps EADDRINUSE back until `listen`, which would then take any port.
  const name: { port?: number } = {}
  const error = handle.getsockname!(name)
  if (error === 0 && (port === 0 || name.port === port)) return handle
  handle.close()
  return error || -constants.errno.EADDRINUSE
}

export type CreateServerHandle = (
  address: string,
  port: number,
  addressType: number,
  fd: number,
  flags: number,
) => TransferableHandle | number

/** The handle of a connection. */
export interface StreamHandle extends TransferableHandle {
  readonly writeQueueSize: number
  readonly bytesRead: number
  readonly bytesWritten: number
  readStop(): number
  /** Of the descriptor, for every process that has a copy of it. */
  setBlocking(blocking: boolean): number
}

/** The handle under a listening server, or under a connection. */
export function handleOf(socket: net.Socket): StreamHandle
export function handleOf(server: net.Server): TransferableHandle
export function handleOf(owner: net.Server | net.Socket): TransferableHandle {
  return (owner as unknown as { _handle: TransferableHandle })._handle
}

/** What was given to a stream to write. */
export interface Chunk {
  readonly chunk: string | Uint8Array
  readonly encoding: unknown
}

/** What waits in a stream until the write before it has ended. */
export function waitingChunks(stream: net.Socket): readonly Chunk[] {
  return (stream as unknown as { writableBuffer?: readonly Chunk[] }).writableBuffer ?? []
}

/** Every handle that keeps this process alive, open connections among them. */
export function activeHandles(): unknown[] {
  return (process as unknown as { _getActiveHandles(): unknown[] })._getActiveHandles()
}

/** Makes a socket of an accepted connection that no server has taken. */
export function socketOf(connection: TransferableHandle): net.Socket {
  return new net.Socket({ handle: connection } as unknown as net.SocketConstructorOpts)
}

/** A server whose TLS tickets, if it has any, every worker must be able to open. */
export interface ListeningServer extends net.Server {
  _getServerData?(): unknown
  _setServerData?(data: unknown): void
}

export function socketNameOf(server: net.Server): SocketName {
  const address = server.address()
  return typeof address === 'string' || address === null ? null : { ...address }
}

/** @returns false if the process shall end with the error. */
export type FatalException = (error: unknown, fromPromise: boolean) => boolean

/**
 * Comes between Node and what it calls with every error that nobody has
 * caught, before any listener and any capture callback has it.
 */
export function wrapFatalException(wrap: (original: FatalException) => FatalException): void {
  const internals = process as unknown as { _fatalException: FatalException }
  internals._fatalException = wrap(internals._fatalException)
}

/**
 * Has Node catch a signal whoever listens, and call `onSignal` in place of the
 * listeners. Node begins to catch one with the first listener and stops with
 * the last, in two listeners of its own; what it calls is the `process.emit`
 * that it finds when it begins.
 */
export function catchSignal(signal: NodeJS.Signals, onSignal: () => void): void {
  const begin = nodesListener('newListener', 'startListeningIfSignal')
  // The app has removed every listener there was.
  if (!begin) return void process.on(signal, onSignal)
  if (caught.size === 0) {
    const end = nodesListener('removeListener', 'stopListeningIfSignal')
    if (end) process.off('removeListener', end)
    stopCatching = end
    process.on('removeListener', (name) => {
      if (!caught.has(name)) end?.(name)
    })
  }
  // It has no listener that it would have to call.
  withProperty(
    'listenerCount',
    () => 0,
    () => stopCatching?.(signal),
  )
  withProperty('emit', onSignal, () => begin(signal))
  caught.add(signal)
}

const caught = new Set<string | symbol>()
let stopCatching: ((name: string | symbol) => void) | undefined

function nodesListener(event: string, name: string): ((signal: string | symbol) => void) | undefined {
  const listeners = (process as NodeJS.EventEmitter).listeners(event)
  return listeners.find((listener) => listener.name === name) as never
}

/** Has `process` look different while `run` runs. */
export function withProperty(name: 'emit' | 'listenerCount', value: unknown, run: () => void): void {
  const own = Object.getOwnPropertyDescriptor(process, name)
  Object.defineProperty(process, name, { value, configurable: true, writable: true })
  try {
    run()
  } finally {
    if (own) Object.defineProperty(process, name, own)
    else Reflect.deleteProperty(process, name)
  }
}

/** The kernel's numbers of terminals: consoles, and pseudo-terminals. */
const isTerminal = (major: number): boolean => major === 4 || (major >= 136 && major <= 143)

/**
 * Closes what of the descriptors 0 to 2 is a terminal that has gone. At the
 * end of a process, Node restores the modes of the terminal that it was started
 * on; up to Node 20 it aborts if that fails, unless the descriptor is closed.
 */
export function closeGoneTerminals(): void {
  for (const fd of [0, 1, 2])
    try {
      const { rdev } = fstatSync(fd)
      if (isTerminal((rdev >> 8) & 0xfff) && !isatty(fd)) closeSync(fd)
    } catch {
      // It is closed.
    }
}

/** What `http.ServerResponse` keeps of its head. */
interface Outgoing extends ServerResponse {
  /** The whole head with its empty line, from the moment that the headers are settled. */
  _header: string | null
  /** It has been written, or is the beginning of `outputData`. */
  _headerSent: boolean
  /** The connection ends with this response. */
  _last: boolean
  /** What waits for the responses before it, on a connection with pipelined requests. */
  outputData: { data: unknown }[]
  _send: (this: Outgoing, ...args: unknown[]) => boolean
  _flush: (this: Outgoing) => void
}

/** A head that is about to be written to its connection. */
export interface LeavingHead {
  readonly response: ServerResponse
  readonly text: string
  /** Has the connection end with this response. */
  replace(text: string): void
  /** Node ends the connection as soon as the response has been written. */
  endConnection(): void
}

/**
 * Called with every head of HTTP/1 that leaves this process as an answer, from
 * now on, at the last moment at which it can be changed: just before it is
 * written, however the app has made it.
 */
export function onLeavingHead(look: (head: LeavingHead) => void): void {
  const prototype = http.OutgoingMessage.prototype as Outgoing
  const { _send: send, _flush: flush } = prototype
  prototype._send = function (...args) {
    // A response that waits for others is seen when its turn comes.
    if (!this._headerSent && this._header && isCurrent(this)) look(leavingHead(this))
    return send.apply(this, args)
  }
  prototype._flush = function () {
    if (this._headerSent && this._header && isCurrent(this) && waitingHead(this)) look(leavingHead(this))
    flush.call(this)
  }
}

/** The response whose turn it is on its connection. Requests of a client have no `req`. */
function isCurrent(response: Outgoing): boolean {
  const { socket } = response
  return Boolean(socket && response.req) && responseOn(socket!) === response
}

function waitingHead({ outputData, _header }: Outgoing): { data: string } | undefined {
  return outputData.find(({ data }) => typeof data === 'string' && data.startsWith(_header!)) as
    | { data: string }
    | undefined
}

function leavingHead(response: Outgoing): LeavingHead {
  return {
    response,
    text: response._header!,
    replace(text) {
      const waiting = response._headerSent ? waitingHead(response) : undefined
      if (waiting) waiting.data = text + waiting.data.slice(response._header!.length)
      response._header = text
    },
    endConnection: () => endConnectionAfter(response),
  }
}

/** Node ends the connection of HTTP/1 as soon as the response has been written. */
export function endConnectionAfter(response: ServerResponse): void {
  ;(response as Outgoing)._last = true
}

/** The head of a response of HTTP/1, however it was given, once it has been. */
export function headOf(response: ServerResponse): string | undefined {
  return (response as Outgoing)._header ?? undefined
}

/** The response whose turn it is on a connection of HTTP/1; on one that this process has opened, the request. */
export function responseOn(socket: net.Socket): ServerResponse | undefined {
  return (socket as { _httpMessage?: ServerResponse | null })._httpMessage ?? undefined
}

/** The server that reads requests from a connection: of HTTP/1, whether or not it is under TLS. */
export function serverOf(socket: net.Socket): net.Server | undefined {
  return (socket as { server?: net.Server }).server
}

/**
 * The last request that has been read from a connection of HTTP/1, until it
 * has been answered. None if the connection has been upgraded since.
 */
export function lastRequestOn(socket: net.Socket): IncomingMessage | undefined {
  return parserOf(socket)?.incoming ?? undefined
}

/** What reads requests from a connection of HTTP/1. */
export interface Parser {
  readonly socket: net.Socket
  incoming: IncomingMessage | null
  /** It reads from the handle itself; the socket has no listener but Node's that would want the bytes. */
  readonly _consumed: boolean
  /** Called with each request whose head has been read. */
  onIncoming: (...request: unknown[]) => number
  execute(bytes: Buffer): unknown
}

export function parserOf(socket: net.Socket): Parser | undefined {
  return (socket as { parser?: Parser | null }).parser ?? undefined
}

interface ConnectionsList {
  idle(): Parser[]
}

let connectionsKey: symbol | undefined

/**
 * The connections of a server on which requests have been read, each to its
 * end, and no byte of another one. It is what `closeIdleConnections` closes,
 * apart from those that have not been answered.
 */
export function idleConnections(server: http.Server): net.Socket[] {
  connectionsKey ??= Object.getOwnPropertySymbols(server).find(
    ({ description }) => description === 'http.server.connections',
  )
  const list =
    connectionsKey && (server as unknown as Record<symbol, ConnectionsList | undefined>)[connectionsKey]
  return list?.idle().map(({ socket }) => socket) ?? []
}

/** What Node adds to the socket of a connection of HTTP/1 after it has made it. */
const addedByHttp =
  'parser on addListener prependListener setEncoding _paused _httpMessage timeout _peername _sockname domain'.split(
    ' ',
  )
let nodesProperties: ReadonlySet<string | symbol> | undefined

/** Whether anyone but Node has put a property on the socket of a connection of HTTP/1. */
export function hasForeignProperty(socket: net.Socket): boolean {
  nodesProperties ??= new Set([...Reflect.ownKeys(new net.Socket()), ...addedByHttp])
  const known = nodesProperties
  return Reflect.ownKeys(socket).some((key) => !known.has(key))
}

const aRequest = Buffer.from('GET / HTTP/1.1\r\n\r\n')

/**
 * Has a new connection of a server wait as one does that has been answered: as
 * long as the keep-alive timeout says, and not until the time for a first
 * request has passed, when Node says so to a client that has asked nothing.
 * Its parser reads a request of which the server does not hear.
 */
export function waitForNextRequest(socket: net.Socket): void {
  const parser = parserOf(socket)
  const server = serverOf(socket) as (http.Server & { keepAliveTimeoutBuffer?: number }) | undefined
  if (!parser || !server) return
  const { onIncoming } = parser
  parser.onIncoming = () => 0
  parser.execute(aRequest)
  parser.incoming = null
  parser.onIncoming = onIncoming
  const { keepAliveTimeout, keepAliveTimeoutBuffer = 1000 } = server
  if (!(keepAliveTimeout > 0)) return
  socket.setTimeout(keepAliveTimeout + keepAliveTimeoutBuffer)
  parser.onIncoming = (...request) => {
    socket.setTimeout(server.timeout)
    parser.onIncoming = onIncoming
    return onIncoming(...request)
  }
}

interface SessionState {
  streams: { values(): Iterable<Http2Stream> }
}

/** The streams that are open on a session of HTTP/2. */
export function streamsOf(session: Http2Session): Iterable<Http2Stream> {
  const key = Object.getOwnPropertySymbols(session).find(({ description }) => description === 'state')
  const state = key && (session as unknown as Record<symbol, SessionState | undefined>)[key]
  return state?.streams?.values() ?? []
}

/** How long (in ms) the rest of a frame is offered to the kernel that has taken a part of it. */
const restTime = 20

/**
 * Writes a frame to a connection of HTTP/2 past its session, which does not
 * know of it. It goes straight to the descriptor: of a write through the
 * socket the session hears the end, and aborts the process, as it has begun
 * none. It fits between two frames only: the kernel has whole ones when
 * nothing is queued in this process.
 *
 * @returns 'busy' if a later moment may do, 'impossible' if none will: under
 * TLS, and where a connection has no descriptor (Windows, a stream of the
 * app's own), or this Node does not tell what is queued.
 */
export function writeFrame(session: Http2Session, frame: Uint8Array): 'written' | 'busy' | 'impossible' {
  if (session.destroyed || session.encrypted !== false) return 'impossible'
  const { fd, writeQueueSize, bytesWritten } = (handleOf(session.socket) ?? {}) as Partial<StreamHandle>
  if (fd === undefined || fd < 0 || writeQueueSize === undefined) return 'impossible'
  // The settings must come first.
  if (writeQueueSize > 0 || !bytesWritten) return 'busy'
  let written = 0
  const until = performance.now() + restTime
  do {
    try {
      written += writeSync(fd, frame, written)
    } catch (error) {
      const isBlocked = (error as NodeJS.ErrnoException).code === 'EAGAIN'
      if (written === 0) return isBlocked ? 'busy' : 'impossible'
      if (!isBlocked) break
    }
    if (written === frame.length) return 'written'
  } while (performance.now() < until)
  // Its client would take the next frame for the rest of this one.
  session.destroy()
  return 'impossible'
}

/** Before Node 21, a `maxConnections` of 0 is none. */
const zeroConnectionsIsALimit = Number.parseInt(process.versions.node, 10) >= 21

interface LimitedServer extends net.Server {
  _connections: number
  dropMaxConnection?: boolean
  _emitCloseIfDrained: (this: LimitedServer) => void
}

/** A server that node:cluster would have refuse a hand-off, so that another worker takes it. */
export function isFull(server: net.Server): boolean {
  const { maxConnections, dropMaxConnection, _connections: connections } = server as LimitedServer
  if (maxConnections == null || (maxConnections === 0 && !zeroConnectionsIsALimit)) return false
  return connections >= maxConnections && !dropMaxConnection
}

/** Calls `ended` when a connection of the server has ended, and no longer counts for `maxConnections`. */
export function onConnectionEnd(server: net.Server, ended: () => void): void {
  const limited = server as LimitedServer
  const original = limited._emitCloseIfDrained
  limited._emitCloseIfDrained = function () {
    original.call(this)
    ended()
  }
}

/** Whether this process has loaded a module of Node's own, by its name without `node:`. */
export function isLoaded(name: string): boolean {
  const { moduleLoadList } = process as { moduleLoadList?: string[] }
  return moduleLoadList?.includes(`NativeModule ${name}`) ?? false
}
