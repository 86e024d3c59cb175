import type { Log } from '../../log.ts'
import type { Clock } from '../../running-clock.ts'
import type { Release } from '../release.ts'
import type { Sockets } from '../sockets/sockets.ts'
import type { Fleet } from './fleet.ts'
import type { WorkerHandle } from './worker-handle.ts'

/** How long (in ms) after a worker is ready it is compared with the others: it may go on to listen elsewhere. */
const patience = 1000

/** Says, once per release, when its workers do not listen at the same places. */
export class PlaceDifferences {
  readonly #fleet: Fleet
  readonly #sockets: Sockets
  readonly #clock: Clock
  readonly #log: Log
  #looking = false
  #told: Release | undefined

  constructor(fleet: Fleet, sockets: Sockets, clock: Clock, log: Log) {
    this.#fleet = fleet
    this.#sockets = sockets
    this.#clock = clock
    this.#log = log
  }

  lookSoon(): void {
    if (this.#looking) return
    this.#looking = true
    this.#clock.after(patience, () => {
      this.#looking = false
      this.#look()
    })
  }

  #look(): void {
    const [first, ...others] = this.#fleet.serving.filter(({ listensNowhere }) => !listensNowhere)
    const different = others.find((other) => other.release === first!.release && differs(other, first!))
    if (!first || !different || this.#told === first.release) return
    this.#told = first.release
    this.#log.warn(
      'place:differs',
      `workers of one release listen at different places: ${this.#describe(first)}, ${this.#describe(different)}. ` +
        'Connections only reach the workers that listen where they come in',
    )
  }

  #describe(worker: WorkerHandle): string {
    return `worker ${worker.slot} at ${[...worker.listening].map((key) => this.#sockets.describe(key)).join(' and ')}`
  }
}

function differs({ listening }: WorkerHandle, other: WorkerHandle): boolean {
  return listening.size !== other.listening.size || [...listening].some((key) => !other.listening.has(key))
}
