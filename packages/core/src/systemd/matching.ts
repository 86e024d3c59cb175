import { lookup } from 'node:dns/promises'
import net from 'node:net'
import path from 'node:path'
import type { ListenPlace } from '../listen.ts'
import { collide } from '../spot.ts'
import type { GivenSocket } from './given-socket.ts'

/**
 * Of the sockets that systemd has opened, that which a program means by a port, a host or a path: with one that it
 * could not have beside it, it can mean no other.
 */
export async function matching(
  sockets: readonly GivenSocket[],
  { port, host, path: file, ipv6Only = false }: ListenPlace,
): Promise<GivenSocket | undefined> {
  if (port === undefined) {
    const wanted = file?.startsWith('\0') ? file : path.resolve(file ?? '')
    return sockets.find(({ address }) => address === wanted)
  }
  const atPort = sockets.filter(({ address }) => typeof address === 'object' && address.port === Number(port))
  if (atPort.length === 0) return undefined
  const hosts = await addressesOf(host)
  const addressOf = (socket: GivenSocket): string => (socket.address as net.AddressInfo).address
  const exact = atPort.find((socket) => hosts.includes(addressOf(socket)))
  return (
    exact ??
    atPort.find((socket) =>
      hosts.some((address) =>
        collide(
          { port: Number(port), address, ipv6Only },
          { port: Number(port), address: addressOf(socket), ipv6Only: false },
        ),
      ),
    )
  )
}

/** Without a host, a server listens at every address. */
async function addressesOf(host: string | undefined): Promise<string[]> {
  if (!host) return ['::']
  if (net.isIP(host)) return [host]
  const found = await lookup(host, { all: true }).catch(() => [])
  return found.map(({ address }) => address)
}
