import type net from 'node:net'

interface Closable {
  once(event: 'close', listener: () => void): unknown
}

/** Keeps what the server's event brings, connections or sessions, in the set until it closes. */
export function keepWhileOpen<Thing extends Closable>(
  server: net.Server,
  event: string,
  open: Set<Thing>,
): void {
  server.on(event, (thing: Thing) => {
    open.add(thing)
    thing.once('close', () => open.delete(thing))
  })
}
