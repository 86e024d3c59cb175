/**
 * One thing after the other. A step changes what is wanted or known and acts
 * on it; what it gives rise to (events for the user's code, a worker that is
 * forked with the environment that the user's code returns) waits until the
 * step is over, and so never finds it half way through.
 */
export class Steps {
  readonly #waiting: (() => void)[] = []
  #depth = 0
  #catchingUp = false

  run<Result>(step: () => Result): Result {
    this.#depth++
    try {
      return step()
    } finally {
      this.#depth--
      this.#catchUp()
    }
  }

  /** @param work does not throw. */
  afterwards(work: () => void): void {
    this.#waiting.push(work)
    this.#catchUp()
  }

  #catchUp(): void {
    if (this.#depth > 0 || this.#catchingUp) return
    this.#catchingUp = true
    try {
      for (let work = this.#waiting.shift(); work; work = this.#waiting.shift()) work()
    } finally {
      this.#catchingUp = false
    }
  }
}
