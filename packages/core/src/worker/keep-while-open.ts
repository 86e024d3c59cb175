import type * as net from 'node:net'

interface Closable {
  on(event: 'close', listener: (hadError: boolean) => void): unknown
}

interface Kept {
  open: Set<unknown>
  closed: ((thing: any, hadError: boolean) => void) | undefined
}

/** What a server's event fills, by the event. */
const filled = new WeakMap<net.Server, Map<string, Kept[]>>()

/**
 * Keeps what the server's event brings, connections or sessions, in the set
 * until it closes. However many sets there are, each connection gets one
 * listener: apps count them, and Node warns of more than ten.
 *
 * @param closed is called with each that has closed, before the app hears of it.
 */
export function keepWhileOpen<Thing extends Closable>(
  server: net.Server,
  event: string,
  open: Set<Thing>,
  closed?: (thing: Thing, hadError: boolean) => void,
): void {
  const events = filled.get(server) ?? new Map<string, Kept[]>()
  filled.set(server, events)
  const all = events.get(event)
  if (all) return void all.push({ open, closed })
  events.set(event, watch(server, event, [{ open, closed }]))
}

function watch(server: net.Server, event: string, all: Kept[]): Kept[] {
  // One function for all of them: it is made for none.
  function forget(this: unknown, hadError: boolean): void {
    for (const { open, closed } of all) {
      open.delete(this)
      closed?.(this, hadError)
    }
  }
  // Before the app's listeners, which may throw.
  server.prependListener(event, (thing: Closable) => {
    for (const { open } of all) open.add(thing)
    thing.on('close', forget)
  })
  return all
}
