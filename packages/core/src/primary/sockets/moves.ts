/** What deciding needs to know of a worker. */
export interface Load {
  /** Connections that it keeps, with those that are on their way to it. */
  readonly connections: number
  /** Of its event loop, 0 to 1. */
  readonly utilization: number
  /** So many it can be told to give away: what is on its way to it is not there yet. */
  readonly gives: number
  /** It has room for more. */
  readonly takes: boolean
}

/** One worker gives connections to others, one to each of `to`: all by their place in the list. */
export interface Move {
  readonly from: number
  readonly to: number[]
}

/** So much of a fair share may a worker have too many, or too few. */
const tolerance = 0.1

/** A loop that is busier than this may have more to do than it can. */
const busy = 0.9

/** A loop that is less busy than this has room for more. Between the two nothing moves for the work's sake, back or forth. */
const calm = 0.7

/** Loops that differ by less are as busy as each other. */
const clearly = 0.1

/** How much of what it has a busy worker gives at a time to one that does nothing. */
const part = 0.25

/**
 * Who gives connections to whom, so that each has a fair share of them.
 *
 * @param most connections that one worker gives at a time.
 */
export function shareConnections(loads: readonly Load[], most: number): Move[] {
  const connections = loads.map((load) => load.connections)
  const share = connections.reduce((sum, count) => sum + count, 0) / loads.length
  const high = Math.max(Math.ceil(share), Math.floor(share * (1 + tolerance)))
  const low = Math.min(Math.floor(share), Math.ceil(share * (1 - tolerance)))
  const moves = new Map<number, number[]>()
  for (;;) {
    const from = least(loads, (load, index) => {
      const mayGive = (moves.get(index)?.length ?? 0) < Math.min(load.gives, most)
      return mayGive ? -connections[index]! : undefined
    })
    if (from === undefined) break
    const to = least(loads, (load, index) => {
      // Fair shares of unlike connections: who has fewer may have the heavier ones.
      const hasRoom = load.utilization < calm || load.utilization < loads[from]!.utilization + clearly
      return load.takes && hasRoom && index !== from ? connections[index]! : undefined
    })
    if (to === undefined || connections[from]! - connections[to]! < 2) break
    if (connections[from]! <= high && connections[to]! >= low) break
    connections[from]!--
    connections[to]!++
    moves.set(from, [...(moves.get(from) ?? []), to])
  }
  return [...moves].map(([from, to]) => ({ from, to }))
}

/**
 * Who gives connections to whom for the work that they bring: the worker with
 * the busiest loop to the one with the calmest, if they are far apart.
 *
 * @param most connections that one worker gives at a time.
 */
export function shareWork(loads: readonly Load[], most: number): Move | undefined {
  const from = least(loads, ({ gives, connections, utilization }) =>
    // The only connection would be as heavy elsewhere.
    gives > 0 && connections > 1 && utilization > busy ? -utilization : undefined,
  )
  const to = least(loads, ({ takes, utilization }) => (takes && utilization < calm ? utilization : undefined))
  if (from === undefined || to === undefined) return undefined
  const apart = loads[from]!.utilization - loads[to]!.utilization
  const count = Math.floor(loads[from]!.connections * apart * part)
  return {
    from,
    to: Array.from({ length: Math.min(most, loads[from]!.gives, Math.max(1, count)) }, () => to),
  }
}

/** @returns the place of the one with the lowest value, if any has one. */
function least(
  loads: readonly Load[],
  valueOf: (load: Load, index: number) => number | undefined,
): number | undefined {
  let found: number | undefined
  let lowest = Infinity
  for (const [index, load] of loads.entries()) {
    const value = valueOf(load, index)
    if (value === undefined || value >= lowest) continue
    lowest = value
    found = index
  }
  return found
}
