import { brief, duration } from './words.js'

export const kinds = { hung: 'hang', crash: 'crash', lag: 'standstill' }

const verbs = { hung: 'hung', crash: 'crashed', lag: 'stood still' }

/** In one line, as in `Slot 3 hung 2 min ago in GET /orders: 12000 ms`. */
export function describeFault({ kind, slot, at, request, what }, now) {
  const where = request ? ` in ${brief(request, 80)}` : ''
  return `Slot ${slot} ${verbs[kind]} ${duration(now - at)} ago${where}: ${brief(what, 160)}`
}
