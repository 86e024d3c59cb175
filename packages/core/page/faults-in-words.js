import { brief, duration } from './words.js'

export const kinds = { hung: 'hang', crash: 'crash', lag: 'standstill' }

const verbs = { hung: 'hung', crash: 'crashed', lag: 'stood still' }

/** The newest first. A worker that was first late, and then hung, is one. */
export function distinct(faults) {
  const hung = faults.find(({ kind }) => kind === 'hung')
  return faults.filter(({ kind, pid }) => kind !== 'lag' || pid !== hung?.pid).toSorted((a, b) => b.at - a.at)
}

/** In one line, as in `Slot 3 hung 2 min ago in GET /orders: 12000 ms`. */
export function describeFault({ kind, slot, at, request, what }, now) {
  const where = request ? ` in ${brief(request, 80)}` : ''
  return `Slot ${slot} ${verbs[kind]} ${duration(now - at)} ago${where}: ${brief(what, 160)}`
}
