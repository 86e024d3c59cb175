/*
 * This folder has every part of Node that is used here and not documented. They are the parts that node:cluster
 * itself is made of, the same from Node 20 to 26, and the tests run on each of those.
 */
import net, { type Server, type Socket, type SocketConstructorOpts } from 'node:net'
import { constants } from 'node:os'

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

/**
 * What a process says of the handle that was sent to it last: its main loop has received it, or no descriptor was left
 * for it. Node sends the next handle only then.
 */
export const received = 'NODE_HANDLE_ACK'
export const notReceived = 'NODE_HANDLE_NACK'

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

/** Makes a handle of a descriptor that this process was given, and does not listen. Or a negative error number. */
export function openDescriptor(fd: number): TransferableHandle | number {
  const create = (net as unknown as { _createServerHandle: CreateServerHandle })._createServerHandle
  return create(null, 0, 0, fd, 0)
}

export type CreateServerHandle = (
  address: string | null,
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
export function handleOf(socket: Socket): StreamHandle
export function handleOf(server: Server): TransferableHandle
export function handleOf(owner: Server | Socket): TransferableHandle {
  return (owner as unknown as { _handle: TransferableHandle })._handle
}

/** What was given to a stream to write. */
export interface Chunk {
  readonly chunk: string | Uint8Array
  readonly encoding: unknown
}

/** What waits in a stream until the write before it has ended. */
export function waitingChunks(stream: Socket): readonly Chunk[] {
  return (stream as unknown as { writableBuffer?: readonly Chunk[] }).writableBuffer ?? []
}

/** Every handle that keeps this process alive, open connections among them. */
export function activeHandles(): unknown[] {
  return (process as unknown as { _getActiveHandles(): unknown[] })._getActiveHandles()
}

/** Makes a socket of an accepted connection that no server has taken. */
export function socketOf(connection: TransferableHandle): Socket {
  return new net.Socket({ handle: connection } as unknown as SocketConstructorOpts)
}

/** A server whose TLS tickets, if it has any, every worker must be able to open. */
export interface ListeningServer extends Server {
  _getServerData?(): unknown
  _setServerData?(data: unknown): void
}
