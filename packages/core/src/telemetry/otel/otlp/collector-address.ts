import dns, { type LookupAddress } from 'node:dns'
import { isIP, type LookupFunction } from 'node:net'

/** How long (in ms) an address is good for, unless the collector cannot be reached there. */
const longestUse = 300_000

type Found = (error: NodeJS.ErrnoException | null, addresses: readonly LookupAddress[]) => void

/**
 * Where a collector is. A lookup takes a thread from all that this process does
 * with files, and one that the system's resolver keeps waiting keeps
 * `process.exit` waiting too, in every version of Node. So there are few, one at
 * a time, and none at the end.
 */
export class CollectorAddress {
  readonly #hostname: string
  readonly #lookUp: typeof dns.lookup
  readonly #waiting: Found[] = []
  #known: { addresses: readonly LookupAddress[]; at: number } | undefined
  #isFixed = false

  /** @param hostname as in a URL. */
  constructor(hostname: string, lookUp: typeof dns.lookup = dns.lookup) {
    this.#hostname = hostname.replace(/^\[(.*)\]$/, '$1')
    this.#lookUp = lookUp
  }

  /** Finds it out before it is needed. */
  prepare(): void {
    if (isIP(this.#hostname) === 0) this.#find(() => {})
  }

  /** It may have moved. */
  doubt(): void {
    if (!this.#isFixed && this.#known) this.#known.at = -longestUse
  }

  /** From now on nothing is looked up: what is known has to do. */
  fix(): void {
    this.#isFixed = true
  }

  /** For `http.request`, which does not ask for the address of an address. */
  readonly lookup: LookupFunction = (_hostname, options, callback) => {
    this.#find((error, addresses) => {
      const [first] = addresses
      if (error || !first) callback(error ?? notKnown(this.#hostname), '')
      else if (options.all) callback(null, [...addresses])
      else callback(null, first.address, first.family)
    })
  }

  #find(found: Found): void {
    const known = this.#known
    const isGood = known !== undefined && performance.now() - known.at < longestUse
    if (this.#isFixed || isGood) {
      process.nextTick(found, null, known?.addresses ?? [])
      return
    }
    this.#waiting.push(found)
    if (this.#waiting.length > 1) return
    this.#lookUp(this.#hostname, { all: true }, (error, addresses) => {
      if (!error) this.#known = { addresses, at: performance.now() }
      for (const each of this.#waiting.splice(0)) each(error, addresses ?? [])
    })
  }
}

function notKnown(hostname: string): NodeJS.ErrnoException {
  return Object.assign(new Error(`the address of ${hostname} is not known yet`), { code: 'ENOTFOUND' })
}
