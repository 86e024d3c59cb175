/** The part of the drain timeout over which goodbyes are spread at most. */
const spreadPart = 0.25

/** Spreads goodbyes over time: those who hear them come back, and not all at once. */
export class Turns {
  /** Milliseconds until all that there are to begin with have had their turn. */
  readonly duration: number
  readonly #gap: number
  readonly #end: number
  #next: number

  /**
   * @param count how many there are to begin with.
   * @param perSecond how many have their turn in a second, if there is the time.
   * @param timeout of the drain, in milliseconds.
   */
  constructor(count: number, perSecond: number, timeout: number, now: number) {
    const longest = timeout * spreadPart
    this.#gap = Math.min(1000 / perSecond, longest / Math.max(1, count))
    this.duration = this.#gap * count
    this.#end = now + longest
    this.#next = now
  }

  /** @returns when the next one has its turn. */
  take(now: number): number {
    const turn = Math.max(now, this.#next)
    this.#next = turn + this.#gap
    return turn < this.#end ? turn : now
  }
}

/** So that those who came together do not leave together. */
export function shuffled<Thing>(things: readonly Thing[]): Thing[] {
  const mixed = [...things]
  for (let i = mixed.length - 1; i > 0; i--) {
    const j = Math.floor(Math.random() * (i + 1))
    ;[mixed[i], mixed[j]] = [mixed[j]!, mixed[i]!]
  }
  return mixed
}
