import { EventEmitter } from 'node:events'
import type { AddressInfo } from 'node:net'
import { isAbortSignal } from './abort.ts'
import { badOption } from './bad-option.ts'
import type { Cluster, CloseCallback, CloseOptions, ClusterState } from './cluster.ts'
import type { ClusterEvents } from './events.ts'
import {
  badMethod,
  badProperty,
  checkEvent,
  checkNoServerEvent,
  serverMethods,
  serverProperties,
} from './not-a-server.ts'

/** What a cluster has that a server has too, and what it refuses, since it is none: alike in every process. */
export abstract class ClusterFace extends EventEmitter<ClusterEvents> {
  abstract readonly state: ClusterState
  abstract address(): AddressInfo | string | null

  get listening(): boolean {
    return this.state !== 'closing' && this.address() !== null
  }

  async close(how?: CloseOptions | CloseCallback): Promise<void> {
    const isCallback = typeof how === 'function'
    if (isCallback) this.whenOver(how)
    const signal = isCallback ? undefined : how?.signal
    if (signal !== undefined && !isAbortSignal(signal))
      throw badOption('signal', signal, 'the signal of an AbortController')
    await this.shut(signal)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  /** @param cut once it is aborted, nothing is waited for any more. */
  protected abstract shut(cut: AbortSignal | undefined): Promise<void>

  /** Calls back when this process has nothing left to answer. */
  protected abstract whenOver(callback: () => unknown): void
}

/**
 * A server emits these: 'listening' goes with `ready`. An 'error' is that of the
 * first boot, and told in one process, as it is that process that ends.
 */
export function emitAsServer(cluster: ClusterFace & Cluster): void {
  cluster.ready.then(
    () => cluster.emit('listening'),
    (error: Error) => {
      if (cluster.role !== 'worker' && cluster.listenerCount('error') > 0) cluster.emit('error', error)
    },
  )
}

function define(name: string, property: PropertyDescriptor): void {
  Object.defineProperty(ClusterFace.prototype, name, { configurable: true, ...property })
}

// `once` and the like are made of these.
for (const name of ['on', 'addListener', 'prependListener'] as const) wrap(name, checkEvent)
for (const name of ['listeners', 'removeAllListeners'] as const) wrap(name, checkNoServerEvent)

function wrap(
  name: 'on' | 'addListener' | 'prependListener' | 'listeners' | 'removeAllListeners',
  check: (event: any) => void,
): void {
  const inherited = EventEmitter.prototype[name] as (...args: unknown[]) => unknown
  define(name, {
    writable: true,
    value(this: ClusterFace, ...args: unknown[]) {
      check(args[0])
      return inherited.apply(this, args)
    },
  })
}

for (const name of serverProperties)
  define(name, {
    get: () => undefined,
    set(value: unknown) {
      throw badProperty(name, value)
    },
  })

for (const name of Object.keys(serverMethods))
  define(name, {
    writable: true,
    value() {
      throw badMethod(name)
    },
  })
