import http, { type IncomingMessage } from 'node:http'
import net from 'node:net'

/** The server that reads requests from a connection: of HTTP/1, whether or not it is under TLS. */
export function serverOf(socket: net.Socket): net.Server | undefined {
  return (socket as { server?: net.Server }).server
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
