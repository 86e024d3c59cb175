import type { ListenOptions } from 'node:net'
import { inspect } from 'node:util'
import { isAbortSignal } from './abort.ts'
import { ClusteredError } from './errors.ts'
import type { Cluster } from './cluster.ts'

/**
 * Called once, in the primary: without an argument when every slot's worker is
 * ready, with the error when the first boot failed. Workers do not call it.
 */
export type ListenCallback = (error?: Error) => void

/** What says where to listen. */
export interface ListenPlace extends Omit<ListenOptions, 'fd'> {
  /** A descriptor, or the name that systemd has given it (`FileDescriptorName=` in a socket unit). */
  fd?: number | string
}

/** The forms of `net.Server#listen`, without those that take a handle: it cannot be shared. */
export interface Listen<Returned = Cluster> {
  (port?: number | string, host?: string, backlog?: number, callback?: ListenCallback): Returned
  (port?: number | string, host?: string, callback?: ListenCallback): Returned
  (port?: number | string, backlog?: number, callback?: ListenCallback): Returned
  (port?: number | string, callback?: ListenCallback): Returned
  (path: string, backlog?: number, callback?: ListenCallback): Returned
  (path: string, callback?: ListenCallback): Returned
  (options: ListenPlace, callback?: ListenCallback): Returned
  (callback: ListenCallback): Returned
}

export interface ListenTarget {
  options: ListenPlace
  /** Once it is aborted, the cluster closes. */
  signal?: AbortSignal
  callback: ListenCallback | undefined
}

/**
 * Reads the arguments as `net.Server#listen` does, so that each worker can be
 * given the same ones. Checking ports and hosts is left to Node itself.
 * @throws {ClusteredError} ERR_CLUSTERED_BAD_LISTEN for what workers cannot share.
 */
export function parseListenArguments(args: readonly unknown[]): ListenTarget {
  const last = args.findLast((argument) => argument !== undefined)
  const callback = typeof last === 'function' ? (last as ListenCallback) : undefined
  const [first, second, third] = args.filter((argument) => typeof argument !== 'function')

  if (typeof first === 'object' && first !== null) {
    const { signal, ...options } = checkShareable(first)
    // Node's own `close` would be that of one server, and cut what is idle.
    return { options, callback, ...(signal !== undefined && { signal: checkSignal(signal) }) }
  }

  const backlog = [second, third].find((argument): argument is number => typeof argument === 'number')
  const where = isPath(first)
    ? { path: first }
    : { port: Number(first ?? 0), ...(typeof second === 'string' && { host: second }) }
  const options = { ...where, ...(backlog !== undefined && { backlog }) }
  return { options, callback }
}

function isPath(value: unknown): value is string {
  return typeof value === 'string' && !(Number(value) >= 0)
}

function checkShareable(options: ListenPlace): ListenPlace {
  const { port, path, fd } = options
  if ('_handle' in options || 'handle' in options)
    throw badListen('a handle cannot be shared by workers', 'give a port, a path or { fd }')
  if (port === undefined && path === undefined && fd === undefined)
    throw badListen('the options name no place to listen', 'give one of port, path and fd')
  return options
}

function checkSignal(signal: unknown): AbortSignal {
  if (isAbortSignal(signal)) return signal
  throw badListen(`signal: ${inspect(signal, { depth: 0 })} is none`, 'give the signal of an AbortController')
}

export function badListen(problem: string, advice: string): ClusteredError {
  return new ClusteredError('ERR_CLUSTERED_BAD_LISTEN', `listen: ${problem}; ${advice}.`)
}
