import type { ClusteredOptions, GoodbyeOptions } from '../options.ts'
import { group } from './check.ts'
import { aFunction, count, orFalse, time } from './kinds.ts'
import type { Options } from './option.ts'

const goodbye: Options<GoodbyeOptions> = {
  perSecond: {
    doc: 'How many goodbyes each draining worker says in a second, so that clients do not all come back at once',
    kind: count(1, 1_000_000),
    default: 200,
    change: 'reload',
  },
  quiet: {
    doc: 'How long nothing may have come or gone on a WebSocket that gets its goodbye at once',
    kind: time({ least: 10, most: 60_000, zero: true }),
    default: 100,
    change: 'reload',
  },
}

/** How workers, and the cluster, come to their end. */
export const drains: Options<
  Pick<ClusteredOptions, 'drainTimeout' | 'shutdownDelay' | 'goodbye' | 'onReady' | 'onDrain' | 'onShutdown'>
> = {
  drainTimeout: {
    doc: 'How long a draining worker may take to answer what it has in flight; what is left then is cut',
    kind: time({ least: 100, zero: true }),
    default: 10_000,
    change: 'reload',
    aliases: ['--kill-timeout'],
  },
  shutdownDelay: {
    doc: 'How long the cluster goes on accepting and serving after it was told to stop',
    kind: time({ least: 100, zero: true }),
    default: 0,
    change: 'reload',
  },
  goodbye: {
    doc: 'How a draining worker says goodbye on connections that stay open, such as WebSockets and event streams',
    off: 'WebSockets and event streams are cut at the end of the drain',
    kind: orFalse(group('goodbye', 'false, or an object such as { perSecond: 200, quiet: 100 }', goodbye)),
    default: {},
    change: 'reload',
  },
  onReady: {
    doc: 'Called in a worker once it listens and is ready',
    kind: aFunction(),
    change: 'worker',
  },
  onDrain: {
    doc: 'Called in a worker when its drain begins, beside the lame duck',
    kind: aFunction(),
    change: 'worker',
  },
  onShutdown: {
    doc: 'Called in a worker after its last request and all held work, before it leaves',
    kind: aFunction(),
    change: 'worker',
  },
}
