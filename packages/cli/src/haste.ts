import type { Cluster } from '@clustered/core'

/** How many reloads in a row one file may cause while the new workers boot. */
const patience = 3

/** In ms: how long the next waits at first, twice as long each time, and at most. */
const first = 1000
const longest = 8000

/**
 * What a child of the app writes at each boot, a generator say, looks like a
 * save. It must not make the program boot without an end, and a real save must
 * not get lost: such reloads come later and later.
 */
export class Haste {
  #booting = false
  #file = ''
  #inRow = 0

  constructor(cluster: Cluster) {
    cluster.on('reload:start', () => (this.#booting = true))
    cluster.on('worker:ready', () => (this.#booting = false))
    cluster.on('reload:failed', () => (this.#booting = false))
  }

  /** @returns how long (in ms) the reload that these files ask for is to wait. */
  delay(files: readonly string[]): number {
    const again = this.#booting && files.length === 1 && files[0] === this.#file
    this.#inRow = again ? this.#inRow + 1 : 0
    this.#file = files.length === 1 ? files[0]! : ''
    return this.#inRow < patience ? 0 : Math.min(longest, first * 2 ** (this.#inRow - patience))
  }
}
