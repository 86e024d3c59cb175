/**
 * What is used of node:net in a worker and not documented: how its servers come
 * to listen, and its connections to connect. As in `node-internals`.
 */
import cluster from 'node:cluster'
import net from 'node:net'
import { constants } from 'node:os'
import { getSystemErrorMap } from 'node:util'
import {
  type CreateServerHandle,
  type ListeningServer,
  type TransferableHandle,
  UV_TCP_REUSEPORT,
} from './node-internals/handles.ts'
import type { ListenRequest } from './protocol/messages.ts'

/** What `server.listen` gets in place of a socket of its own: a handle, or the error that it cannot have one. */
export type GiveHandle = (refusal: Error | null, handle: Partial<TransferableHandle> | null) => void
export type GetHandle = (server: ListeningServer, request: ListenRequest, give: GiveHandle) => void

interface ServerInternals extends ListeningServer {
  _handle: Partial<TransferableHandle> | null
  /** Another number after each `listen` and each `close`. */
  _listeningId: number
  _listen2(...args: Listen2Arguments): void
}

type Listen2Arguments = [
  address: string | null,
  port: number,
  addressType: number,
  backlog: number | undefined,
  fd: number | undefined,
  flags: number | undefined,
]

/**
 * Decides where the servers of a cluster worker get their handles:
 * `net.Server#listen` comes here, once it has read its arguments and looked the
 * host up. UDP stays with node:cluster.
 *
 * @param onOther called for a socket of UDP, which waits for node:cluster's answer.
 */
export function onWorkerListen(getHandle: GetHandle, onOther: () => void): void {
  const prototype = net.Server.prototype as ServerInternals
  const listen2 = Reflect.get(prototype, '_listen2')
  const ask = (server: ServerInternals, request: ListenRequest): void => {
    const id = server._listeningId
    getHandle(server, request, (refusal, handle) => {
      // It was closed meanwhile, or is to listen elsewhere.
      if (server._listeningId !== id) return handle?.close!()
      if (refusal) return void server.emit('error', refusal)
      server._handle = handle
      const { address, port, addressType, backlog, fd, flags } = request
      listen2.call(server, address, port, addressType, backlog, fd, flags)
    })
  }
  // With `exclusive` or `reusePort`, Node listens by itself, and does not ask the cluster.
  prototype._listen2 = function (...args) {
    if (this._handle) return listen2.apply(this, args)
    const [address, port, addressType, backlog, fd, flags = 0] = args
    ask(this, { address, port, addressType, backlog, fd, flags: flags & ~UV_TCP_REUSEPORT })
  }
  const internals = cluster as unknown as { _getServer: (...args: unknown[]) => void }
  const original = internals._getServer
  internals._getServer = (server, request, ...rest) => {
    if (server instanceof net.Server) return ask(server as ServerInternals, request as ListenRequest)
    onOther()
    original.call(cluster, server, request, ...rest)
  }
}

/**
 * Has a server listen on a unix socket of this worker's own, at once: not by
 * `listen`, which would ask the primary for it.
 * @returns 0, or the system's error number.
 */
export function listenAlone(server: net.Server, path: string): number {
  const create = (net as unknown as { _createServerHandle: CreateServerHandle })._createServerHandle
  const handle = create(path, -1, -1, -1, 0)
  if (typeof handle === 'number') return handle
  const internals = server as ServerInternals
  internals._handle = handle
  internals._listen2(path, -1, -1, undefined, undefined, 0)
  return 0
}

/** As `net.Server#listen` makes it of a system's error number below 0. */
export function listenError(
  errno: number,
  { address, port }: Pick<ListenRequest, 'address' | 'port'>,
): Error {
  const [code = 'UNKNOWN', text = 'unknown error'] = getSystemErrorMap().get(errno) ?? []
  const host = address ?? '::'
  const where = port > 0 ? { address: host, port } : { address: host }
  const shown = port > 0 ? `${host}:${port}` : host
  const message = `listen ${code}: ${text} ${shown}`
  return Object.assign(new Error(message), { code, errno, syscall: 'listen', ...where })
}

/**
 * Has connections of this process fail as if nobody listened there.
 * @param refuses asked with the port and the host, if one was given.
 */
export function onConnect(refuses: (port: number, host: string | undefined) => boolean): void {
  const prototype = net.Socket.prototype as unknown as { connect: (...args: unknown[]) => net.Socket }
  const { connect } = prototype
  prototype.connect = function (this: net.Socket, ...args) {
    const [{ port, host }] = normalized(args)
    if (port === undefined || !refuses(Number(port), host)) return connect.apply(this, args)
    const address = host ?? 'localhost'
    const details = {
      code: 'ECONNREFUSED',
      errno: -constants.errno.ECONNREFUSED,
      syscall: 'connect',
      address,
      port,
    }
    const error = Object.assign(new Error(`connect ECONNREFUSED ${address}:${Number(port)}`), details)
    process.nextTick(() => this.destroy(error))
    return this
  }
}

interface Normalizer {
  _normalizeArgs(args: readonly unknown[]): [{ port?: unknown; host?: string }]
}

/** `net.connect` has done it already. */
function normalized(args: readonly unknown[]): ReturnType<Normalizer['_normalizeArgs']> {
  const [first] = args
  if (Array.isArray(first)) return first as ReturnType<Normalizer['_normalizeArgs']>
  return (net as unknown as Normalizer)._normalizeArgs(args)
}
