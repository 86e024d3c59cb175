import type { AddressInfo } from 'node:net'

/** Where a server listens, as a person would write it: `[::]:8000`, or the path of a unix socket. */
export function formatAddress(address: AddressInfo | string | null): string {
  if (address === null || typeof address === 'string') return String(address)
  const host = address.family === 'IPv6' ? `[${address.address}]` : address.address
  return `${host}:${address.port}`
}
