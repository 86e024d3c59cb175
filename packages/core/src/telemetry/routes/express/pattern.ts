import { pathsOf } from './expression.ts'

/**
 * What a layer of a router of Express matches: the path that it was given, such
 * as `/users/:id`. Its shape is that of Express 4 or of 5.
 */
export interface Layer {
  route?: Route | undefined
  handle?: { stack?: unknown }
  /** Of Express 4: what its path was made into. */
  regexp?: RegExp & { fast_slash?: boolean }
  keys?: unknown
  /** Of Express 5: it matches every path. */
  slash?: boolean
  /** Of Express 5, from `router` 2.2 on. */
  rawPath?: unknown
  /** What it last matched. */
  path?: unknown
}

/** What `app.get('/users/:id', ...)` makes. */
export interface Route {
  path: unknown
}

/** A path as it is given: text, an expression, or an array of these. */
export function patternsOf(path: unknown): string[] {
  if (Array.isArray(path)) return path.flatMap(patternsOf)
  if (typeof path === 'string') return [path.replace(/(.)\/$/, '$1')]
  return path instanceof RegExp ? [String(path)] : []
}

/** Under what a layer mounts what it leads to. None where its path is not known, only what it has matched. */
export function mountsOf({ slash, regexp, rawPath, keys, path }: Layer): string[] {
  if (slash || regexp?.fast_slash) return ['']
  if (rawPath !== undefined) return patternsOf(rawPath)
  if (regexp) return pathsOf(regexp, Array.isArray(keys) ? keys : [])
  // Of `router` 2.0: without parameters, what it matches is its path.
  return Array.isArray(keys) && keys.length === 0 && typeof path === 'string' ? [path.toLowerCase()] : []
}
