import type net from 'node:net'

interface Closable {
  on(event: 'close', listener: () => void): unknown
}

/** The sets that a server's event fills, by the event. */
const filled = new WeakMap<net.Server, Map<string, Set<unknown>[]>>()

/**
 * Keeps what the server's event brings, connections or sessions, in the set
 * until it closes. However many sets there are, each connection gets one
 * listener: apps count them, and Node warns of more than ten.
 */
export function keepWhileOpen<Thing extends Closable>(
  server: net.Server,
  event: string,
  open: Set<Thing>,
): void {
  const events = filled.get(server) ?? new Map<string, Set<unknown>[]>()
  filled.set(server, events)
  const sets = events.get(event)
  if (sets) return void sets.push(open)
  events.set(event, watch(server, event, [open]))
}

function watch(server: net.Server, event: string, sets: Set<unknown>[]): Set<unknown>[] {
  // One function for all of them: it is made for none.
  function forget(this: unknown): void {
    for (const set of sets) set.delete(this)
  }
  // Before the app's listeners, which may throw.
  server.prependListener(event, (thing: Closable) => {
    for (const set of sets) set.add(thing)
    thing.on('close', forget)
  })
  return sets
}
