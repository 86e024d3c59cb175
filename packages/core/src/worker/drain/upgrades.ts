import type { IncomingMessage } from 'node:http'
import type * as net from 'node:net'
import type { Duplex } from 'node:stream'

type Look = (request: IncomingMessage, stream: Duplex) => void

/**
 * Sees every upgrade of a server before the app does, and is no listener of
 * 'upgrade': where there is none, Node answers such requests like any other.
 * It costs nothing until the app listens for upgrades.
 */
export function onUpgrade(server: net.Server, look: Look): void {
  if (server.listenerCount('upgrade') > 0) return watchUpgrades(server, look)
  const onListener = (event: string | symbol): void => {
    if (event !== 'upgrade') return
    server.off('newListener', onListener)
    watchUpgrades(server, look)
  }
  server.on('newListener', onListener)
}

function watchUpgrades(server: net.Server, look: Look): void {
  const { emit } = server as unknown as { emit: (...event: unknown[]) => boolean }
  server.emit = function (this: net.Server, ...event: unknown[]): boolean {
    if (event[0] === 'upgrade') look(event[1] as IncomingMessage, event[2] as Duplex)
    return emit.apply(this, event)
  }
}
