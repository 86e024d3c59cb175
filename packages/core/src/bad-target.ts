import type * as net from 'node:net'
import type { Adapter } from './adapter.ts'
import { badOption } from './bad-option.ts'
import { ClusteredError } from './errors.ts'
import type { Settings } from './settings.ts'

/** @param where such as 'clustered() was given'. */
export function badTarget(
  { accepts }: Pick<Adapter<unknown>, 'accepts'>,
  value: unknown,
  where: string,
): ClusteredError {
  return new ClusteredError(
    'ERR_CLUSTERED_BAD_TARGET',
    `${where} ${describe(value)}. Expected: ${accepts}, a server made of one (http, https or http2), ` +
      `or a function without parameters that returns one of them.${advise(value)}`,
  )
}

/**
 * A server is taken as it is, and not yet in use.
 * @param where its options are.
 * @throws {ClusteredError} ERR_CLUSTERED_BAD_TARGET, ERR_CLUSTERED_BAD_OPTION
 */
export function checkServer(
  target: net.Server,
  { server }: Settings,
  where = 'http.createServer({ keepAliveTimeout: 65000 }, app)',
): void {
  if (target.listening)
    throw new ClusteredError(
      'ERR_CLUSTERED_BAD_TARGET',
      'clustered() was given a server that listens already. Leave that to Clustered: ' +
        'clustered(app).listen(8000), or clustered(http.createServer(app)).listen(8000).',
    )
  if (server)
    throw badOption(
      'server',
      server,
      `none where the target has a server already: set it on that, as in ${where}`,
      'is for a server that Clustered makes',
    )
}

function describe(value: unknown): string {
  if (typeof value === 'object' && value !== null) return `an object (${value.constructor?.name})`
  return typeof value === 'function' ? `a function with ${value.length} parameters` : String(value)
}

function advise(value: unknown): string {
  if (value instanceof Promise) return ' Await the promise, or give the function that makes it.'
  if (typeof value === 'function' && value.length > 0)
    return ' A request listener of your own goes to `clustered` of @clustered/core.'
  return ''
}
