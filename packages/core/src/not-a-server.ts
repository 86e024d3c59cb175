/**
 * What `listen` returns stands where an app had the server that `app.listen`
 * returned. What such an app does with it must not silently do nothing.
 */
import { inspect } from 'node:util'
import { ClusteredError } from './errors.ts'
import type { ClusterEvents } from './events.ts'
import { serverOptionNames } from './server-options.ts'

/** Each event of a cluster. */
const clusterEvents = {
  'worker:boot': true,
  'worker:ready': true,
  'worker:lead': true,
  'worker:drain': true,
  'worker:lag': true,
  'worker:hung': true,
  'worker:crash': true,
  'worker:problem': true,
  'worker:exit': true,
  'slot:backoff': true,
  'reload:start': true,
  'reload:done': true,
  'reload:failed': true,
  state: true,
  scale: true,
  listening: true,
  error: true,
  close: true,
} satisfies Record<keyof ClusterEvents, true>

/** Of every emitter. */
const emitterEvents = new Set(['newListener', 'removeListener'])

/** Of servers of `net`, `tls`, `http`, `https` and `http2`, save those that a cluster has too. */
const serverEvents = new Set(
  (
    'checkContinue checkExpectation clientError connect connection drop dropRequest keylog newSession ' +
    'OCSPRequest request resumeSession secureConnection session sessionError stream timeout ' +
    'tlsClientError unknownProtocol upgrade'
  ).split(' '),
)

/** What of a server is set, and by which means it can be. */
export const serverProperties: readonly string[] = serverOptionNames

/** Methods of servers, and what to do in place of calling them. */
export const serverMethods: Record<string, string> = {
  listen:
    'It listens already, or will: wait for `cluster.ready`. For a further place call `listen` of clustered(app) again',
  setTimeout: 'Use the option server: clustered(app, { server: { timeout: 30_000 } })',
  getConnections: '`cluster.workers` has the connections of each worker: `worker.vitals?.connections`',
  closeAllConnections: 'To cut what is left while it closes, abort the signal of `cluster.close({ signal })`',
  ref: onServer('ref()'),
  unref: onServer('unref()'),
  addContext: onServer('addContext(...)'),
  setSecureContext: onServer('setSecureContext(...)'),
  getTicketKeys: onServer('getTicketKeys()'),
  setTicketKeys: onServer('setTicketKeys(...)'),
  updateSettings: onServer('updateSettings(...)'),
}

/** @throws {ClusteredError} ERR_CLUSTERED_NOT_A_SERVER, ERR_CLUSTERED_NO_EVENT */
export function checkEvent(event: string | symbol): void {
  checkNoServerEvent(event)
  if (typeof event === 'symbol' || Object.hasOwn(clusterEvents, event) || emitterEvents.has(event)) return
  throw new ClusteredError(
    'ERR_CLUSTERED_NO_EVENT',
    `'${event}' is no event of a cluster. Its events: ${Object.keys(clusterEvents).join(', ')}.`,
  )
}

/** @throws {ClusteredError} ERR_CLUSTERED_NOT_A_SERVER */
export function checkNoServerEvent(event: unknown): void {
  if (serverEvents.has(event as string))
    throw notAServer(
      `'${String(event)}' is an event`,
      `${onServer(`on('${String(event)}', ...)`)}. There, ws, Socket.IO and the like are given their server. ` +
        'Code that ends a server gracefully can go: the cluster does that',
    )
}

export function badProperty(name: string, value: unknown): ClusteredError {
  const shown = typeof value === 'object' ? '...' : inspect(value)
  return notAServer(
    `'${name}' is a property`,
    `Use the option server: clustered(app, { server: { ${name}: ${shown} } }); or, if you make the server ` +
      'yourself, set it there',
  )
}

export function badMethod(name: string): ClusteredError {
  return notAServer(`'${name}' is a method`, serverMethods[name]!)
}

function onServer(call: string): string {
  return `Use the hook onServer: clustered(app, { onServer: (server) => server.${call} })`
}

function notAServer(what: string, advice: string): ClusteredError {
  return new ClusteredError(
    'ERR_CLUSTERED_NOT_A_SERVER',
    `${what} of a server. \`listen\` has returned the cluster; each worker has a server of its own. ${advice}.`,
  )
}
