/** What is said on one thing that stays open. */
export interface Farewell {
  /** It may end by itself, and is given as much time as there is. */
  readonly mayEnd?: boolean
  /** It has ended. */
  readonly isOver: boolean
  /** All that was said on it, the goodbye too, is in the kernel. */
  readonly hasLeft: boolean
  /**
   * Its turn has come: says goodbye, if this is a good moment.
   *
   * @param isPatient whether there is time to wait for a better one.
   * @returns whether it has been said.
   */
  say(isPatient: boolean): boolean
  /** The client has heard it, and does not answer. */
  cut?(): void
}

/** Finds what stays open and ends with a goodbye. */
export interface Farewells {
  /**
   * Looks again.
   *
   * @param quiet for how long (in ms) nothing must happen on it for the moment to be good.
   * @returns those that were not there at the look before.
   */
  find(quiet: number): Iterable<Farewell>
}
