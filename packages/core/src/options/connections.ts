import type { ClusteredOptions, Sticky } from '../options.ts'
import { checkServerOptions, type HttpServerOptions } from '../server-options.ts'
import { aFunction, oneOf, time, yesOrNo } from './kinds.ts'
import type { Kind, Options } from './option.ts'
import { badOption } from '../bad-option.ts'

const sticky: Kind<Sticky> = {
  check(name, value) {
    if (value === 'socket.io' || typeof value === 'function') return value
    throw badOption(name, value, "'socket.io', or a function (request) => the id of a worker, or undefined")
  },
  read(name, given) {
    if (given === 'socket.io') return given
    throw badOption(
      name,
      given,
      'socket.io. For sessions of another kind the app gives a function: clustered(app, { sticky })',
    )
  },
  placeholder: '<socket.io>',
}

/** How connections and requests reach a worker. */
export const connections: Options<
  Pick<ClusteredOptions<any>, 'queueTimeout' | 'balance' | 'migrate' | 'sticky' | 'server' | 'onServer'>
> = {
  queueTimeout: {
    doc: 'How long a connection may wait while no worker is there to take it; then it gets a 503',
    kind: time({ least: 100, zero: true }),
    default: 30_000,
    change: 'reload',
  },
  balance: {
    doc: 'How connections reach workers: the kernel spreads them, or the primary hands each one on',
    kind: oneOf(['auto', 'kernel', 'round-robin']),
    default: 'auto',
    change: 'restart',
  },
  migrate: {
    doc: 'Idle connections move between workers, away from one that drains or has more than its share',
    off: 'Idle connections stay where they are',
    kind: yesOrNo(),
    default: true,
    change: 'reload',
  },
  sticky: {
    doc: 'Brings requests to the worker that has their session',
    kind: sticky,
    otherwise: 'off',
    change: 'worker',
  },
  server: {
    doc: 'Options of http.createServer, for the server that is made of an app or a request listener',
    kind: { check: (_name, value): HttpServerOptions => checkServerOptions(value)! },
    otherwise: "Node's own",
    change: 'worker',
  },
  onServer: {
    doc: 'Called with the server before it listens',
    kind: aFunction('a function (server) => ...'),
    change: 'worker',
  },
}
