import net from 'node:net'
import { networkInterfaces } from 'node:os'
import { onConnect } from '../node-listening.ts'

/**
 * Ports that siblings of this worker listen at, and it does not yet. Some
 * programs try their port before they listen, by connecting to it, and take
 * another if somebody answers. In plain Node this process would be the only
 * one: to such a try, the port is free.
 */
export class SiblingPorts {
  readonly #ports: Set<number>

  /** @param ports where the cluster listened when this worker was forked. */
  constructor(ports: readonly number[]) {
    this.#ports = new Set(ports)
    if (ports.length > 0) onConnect((port, host) => this.#ports.has(port) && isThisMachine(host))
  }

  /** This worker listens there as well. */
  join(port: number): void {
    this.#ports.delete(port)
  }

  /** It has booted: what connects there now wants to be answered. */
  forget(): void {
    this.#ports.clear()
  }
}

function isThisMachine(host = 'localhost'): boolean {
  if (['', 'localhost', '::', '::1', '0.0.0.0'].includes(host)) return true
  if (net.isIPv4(host) && host.startsWith('127.')) return true
  return Object.values(networkInterfaces()).some((known) => known?.some(({ address }) => address === host))
}
