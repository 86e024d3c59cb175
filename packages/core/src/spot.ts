import net from 'node:net'
import type { ListenRequest } from './protocol/messages.ts'

/** A port at an address, as it was asked for: without one, at every address. */
export interface Spot {
  port: number
  address: string | undefined
  ipv6Only: boolean
}

/** Whether no two sockets can listen there: one port, at addresses of which one includes the other. */
export function collide(one: Spot, other: Spot): boolean {
  if (one.port !== other.port || one.port === 0) return false
  return one.address === other.address || includes(one, other) || includes(other, one)
}

function includes({ address = '::', ipv6Only }: Spot, other: Spot): boolean {
  if (address === '0.0.0.0') return other.address === undefined || net.isIPv4(other.address)
  if (address !== '::') return false
  return !ipv6Only || !net.isIPv4(other.address ?? '')
}

/** None of a unix socket, and none of any free port. */
export function spotOf({ address, port, flags = 0 }: ListenRequest): Spot | undefined {
  // 1 is UV_TCP_IPV6ONLY.
  return port > 0 ? { port, address: address ?? undefined, ipv6Only: (flags & 1) === 1 } : undefined
}
