import type { ListenOptions } from 'node:net'
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Cluster, Listen } from '@clustered/core'

/** A cluster that can be awaited: until every worker is ready, or the first boot has failed. */
export interface Listening extends Cluster, PromiseLike<Cluster> {}

/**
 * Called once, in the primary: with null and the address when every slot's
 * worker is ready, or with the error when the first boot failed.
 */
export type FastifyListenCallback = (error: Error | null, address: string) => void

export interface FastifyListenOptions extends ListenOptions {
  /** Makes the line of the app's log that says where it listens. */
  listenTextResolver?: (address: string) => string
}

/** What Fastify's own `listen` takes, and what `net.Server#listen` takes. */
export interface FastifyListen extends Listen<Listening> {
  (options: FastifyListenOptions, callback?: FastifyListenCallback): Listening
}

/** @param scheme what addresses begin with, where that is known. */
export function listening(listen: Listen, scheme: string): FastifyListen {
  return (...args: any[]) => {
    const last = args.findLastIndex((argument) => argument !== undefined)
    const callback: unknown = args[last]
    if (typeof callback === 'function')
      args[last] = (error?: Error) => callback(error ?? null, error ? '' : addressOf(cluster, scheme))
    const cluster: Cluster = listen(...args)
    return awaitable(cluster)
  }
}

function addressOf(cluster: Cluster, scheme: string): string {
  const place = cluster.address()
  if (typeof place === 'string' || place === null) return place ?? ''
  const { address, port } = place
  return `${scheme}${address.includes(':') ? `[${address}]` : address}:${port}`
}

/** The cluster itself has no `then`: whatever is awaited would go on to await that. */
function awaitable(cluster: Cluster): Listening {
  const then: Listening['then'] = (...callbacks) => ready(cluster).then(...callbacks)
  return new Proxy(cluster, {
    get(_, name) {
      if (name === 'then') return then
      const value: unknown = Reflect.get(cluster, name, cluster)
      return typeof value === 'function' ? value.bind(cluster) : value
    },
  }) as Listening
}

async function ready(cluster: Cluster): Promise<Cluster> {
  try {
    await cluster.ready
  } catch (error) {
    // A worker dies of it first, so that its primary learns why: who awaits this may end the process.
    await nextTurn()
    throw error
  }
  return cluster
}
