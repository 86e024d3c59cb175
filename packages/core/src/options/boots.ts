import type { ClusteredOptions, ReloadOptions } from '../options.ts'
import { readWorkers, workerCount } from '../worker-count.ts'
import { group } from './check.ts'
import { aFunction, count, orFalse, size, textThat, time } from './kinds.ts'
import type { Options } from './option.ts'

const reload: Options<ReloadOptions> = {
  surge: {
    doc: 'How many slots a reload replaces at once',
    kind: count(0, 1024),
    default: 1,
    change: 'reload',
  },
  soak: {
    doc: 'How long a new worker must stay up, serving beside the old one, before the old one drains',
    kind: time({ least: 50, zero: true }),
    default: 1000,
    change: 'reload',
  },
}

/** How many workers there are, and how they come up. */
export const boots: Options<
  Pick<
    ClusteredOptions,
    'workers' | 'bootTimeout' | 'reload' | 'spares' | 'heapLimit' | 'compileCache' | 'env'
  >
> = {
  workers: {
    doc: 'How many workers serve, or as many as the load needs between two numbers',
    kind: {
      check(name, value) {
        workerCount(value, name)
        return value
      },
      read: readWorkers,
      placeholder: '<4 | 2..8 | max>',
    },
    otherwise: '`WEB_CONCURRENCY`, else the usable CPUs',
    change: 'reload',
    aliases: ['-i', '--instances'],
  },
  bootTimeout: {
    doc: 'How long a worker may take from fork to listening before it is killed and counted as a failed boot',
    kind: time({ least: 100 }),
    default: 30_000,
    change: 'reload',
    aliases: ['--listen-timeout'],
  },
  reload: {
    doc: 'How a rolling reload goes about it',
    kind: group('reload', 'an object such as { surge: 1, soak: 1000 }', reload),
    default: {},
    change: 'reload',
  },
  spares: {
    doc: 'How many workers are kept that have booted and accept nothing, to take the place of one that dies',
    kind: count(0, 1024),
    default: 0,
    change: 'reload',
  },
  heapLimit: {
    doc: "The limit of each worker's JavaScript heap",
    off: 'Workers have the limit that Node gives them',
    kind: orFalse(size()),
    otherwise:
      "in a container whose memory is limited: each worker's share of three quarters of it; else Node's own",
    change: 'boot',
  },
  compileCache: {
    doc: 'Where workers keep what Node has compiled, so that the next boot need not compile it again',
    off: 'Workers keep nothing of it',
    kind: orFalse(
      textThat(
        (value) => typeof value === 'string' && value !== '' && !value.includes('\0'),
        'false, or the name of a folder',
        '<folder>',
      ),
    ),
    otherwise: 'a private folder',
    change: 'reload',
  },
  env: {
    doc: 'Called at every boot of a worker; what it returns is added to its environment',
    kind: aFunction('a function that returns an object'),
    change: 'restart',
  },
}
