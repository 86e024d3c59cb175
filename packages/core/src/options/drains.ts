import type { Hooks } from '../hooks.ts'
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
    doc: 'A WebSocket on which something has come or gone within this time is left a little longer',
    kind: time({ least: 10, most: 60_000, zero: true }),
    default: 100,
    change: 'reload',
  },
}

/** How workers, and the cluster, come to their end. */
export const drains: Options<
  Pick<ClusteredOptions, 'drainTimeout' | 'shutdownDelay' | 'goodbye' | keyof Hooks>
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
    doc: 'Called once the worker listens and is ready',
    kind: aFunction(),
    change: 'worker',
  },
  onDrain: {
    doc: 'Called when the drain begins, beside the lame duck',
    kind: aFunction(),
    change: 'worker',
  },
  onShutdown: {
    doc: 'Called after the last request and after all held work, before the worker leaves',
    kind: aFunction(),
    change: 'worker',
  },
  onLead: {
    doc: 'Called in one worker of the cluster at a time: for what must be done once',
    kind: aFunction(),
    change: 'worker',
  },
}
