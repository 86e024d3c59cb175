import type { ClusteredOptions } from '../options.ts'
import { count, oneOf, size, time } from './kinds.ts'
import type { Options } from './option.ts'

/** What is done about workers that crash, hang or grow. */
export const faults: Options<
  Pick<ClusteredOptions, 'crash' | 'hangTimeout' | 'lagWarning' | 'maxMemory' | 'maxRequests' | 'maxAge'>
> = {
  crash: {
    doc: 'What an error does that nobody has caught: end its own request, or the worker with all that it has',
    kind: oneOf(['contain', 'exit']),
    default: 'contain',
    change: 'boot',
  },
  hangTimeout: {
    doc: 'A worker whose event loop has not turned for this long is killed and replaced; 0 is never',
    // A pause of the garbage collector, or of the machine, is no hang.
    kind: time({ least: 1000, zero: true }),
    default: 30_000,
    change: 'boot',
  },
  lagWarning: {
    doc: 'A worker whose event loop has not turned for this long is reported in the log; 0 is never',
    kind: time({ least: 100, zero: true }),
    default: 1000,
    change: 'boot',
  },
  maxMemory: {
    doc: 'A worker whose resident memory is above this is replaced',
    kind: size(true),
    default: Infinity,
    otherwise: 'no limit',
    change: 'reload',
    aliases: ['--max-memory-restart'],
  },
  maxRequests: {
    doc: 'A worker that has served this many requests, less up to a tenth at random, is replaced',
    kind: count(1, Infinity),
    default: Infinity,
    otherwise: 'no limit',
    change: 'reload',
  },
  maxAge: {
    doc: 'A worker that is this old, less up to a tenth at random, is replaced',
    kind: time({ least: 1000, most: Infinity }),
    default: Infinity,
    otherwise: 'no limit',
    change: 'reload',
  },
}
