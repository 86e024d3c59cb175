import type * as net from 'node:net'

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
