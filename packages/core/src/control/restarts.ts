import type { PrimaryCluster } from '../primary/primary-cluster.ts'

/** How many workers have left their place without being told to, by a crash or a kill. */
export class Restarts {
  count = 0
  readonly #serving = new Set<number>()

  constructor(cluster: PrimaryCluster) {
    cluster.on('worker:ready', ({ pid }) => this.#serving.add(pid))
    cluster.on('worker:drain', ({ pid }, reason) => this.#left(pid, reason === 'crash'))
    cluster.on('worker:exit', ({ pid }, { finished }) => this.#left(pid, !finished))
  }

  #left(pid: number, unasked: boolean): void {
    if (this.#serving.delete(pid) && unasked) this.count++
  }
}
