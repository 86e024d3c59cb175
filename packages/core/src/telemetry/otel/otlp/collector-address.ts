import dns, { type LookupAddress } from 'node:dns'
import { isIP, type LookupFunction } from 'node:net'

/**
 * Where a collector is. A lookup that the system's resolver keeps waiting keeps
 * `process.exit` waiting too, in every version of Node: so at the end of this
 * process none is made, and what an earlier one has found has to do.
 */
export class CollectorAddress {
  readonly #hostname: string
  #found: LookupAddress[] | undefined
  #isFixed = false

  /** @param hostname as in a URL. */
  constructor(hostname: string) {
    this.#hostname = hostname.replace(/^\[(.*)\]$/, '$1')
  }

  /** Finds it out before it is needed. */
  prepare(): void {
    if (isIP(this.#hostname) === 0) this.lookup(this.#hostname, { all: true }, () => {})
  }

  /** From now on nothing is looked up. */
  fix(): void {
    this.#isFixed = true
  }

  /** For `http.request`, which does not ask for the address of an address. */
  readonly lookup: LookupFunction = (hostname, options, callback) => {
    const answer = (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]): void => {
      const [first] = addresses
      if (error || !first) callback(error, '')
      else if (options.all) callback(null, addresses)
      else callback(null, first.address, first.family)
    }
    if (this.#isFixed) {
      const unknown = Object.assign(new Error(`the address of ${hostname} is not known yet`), {
        code: 'ENOTFOUND',
      })
      process.nextTick(answer, this.#found ? null : unknown, this.#found ?? [])
      return
    }
    dns.lookup(hostname, { ...options, all: true }, (error, addresses) => {
      if (!error) this.#found = addresses
      answer(error, addresses ?? [])
    })
  }
}
