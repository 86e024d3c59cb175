import { isIP, isIPv4 } from 'node:net'

/** Whether an address, or a name, is one of this machine that no other can reach. */
export function isLoopback(host: string): boolean {
  const name = host.toLowerCase().replace(/\.$/, '')
  if (name === 'localhost' || name.endsWith('.localhost')) return true
  const address = name.replace(/^::ffff:(?=\d+\.)/, '')
  return isIPv4(address) ? address.startsWith('127.') : address === '::1'
}

/** @returns the host of a `Host` header without its port, as in `example.com` and `::1`; undefined if it is none. */
export function hostName(header: string): string | undefined {
  const [, bracketed, plain] = /^(?:\[([\da-f:.]+)\]|([^:@/\\\s[\]]+))(?::\d{1,5})?$/i.exec(header) ?? []
  return (bracketed ?? plain)?.toLowerCase().replace(/\.$/, '')
}

/** Names by which a server may be asked; a browser that asks by another was led here by somebody's own DNS. */
export class Hosts {
  readonly #names: ReadonlySet<string>
  readonly #isLocal: boolean

  /** @param isLocal it is on loopback. */
  constructor(names: readonly string[], isLocal: boolean) {
    this.#names = new Set(names.map((name) => name.toLowerCase()))
    this.#isLocal = isLocal
  }

  has(host: string): boolean {
    // With an address in its place, no DNS has had a say.
    return this.#names.has(host) || isLoopback(host) || (!this.#isLocal && isIP(host) !== 0)
  }

  /** Whether the user has named it. */
  isNamed(host: string): boolean {
    return this.#names.has(host)
  }
}
