const microsecondsPerMs = 1e3

/** What this process uses of the CPUs. */
export class UsedCpu {
  #last = { at: performance.now(), used: process.cpuUsage() }

  /** CPUs that were used since it was asked last: 1 is one of them for all of the time. */
  take(): number {
    const { at, used } = this.#last
    this.#last = { at: performance.now(), used: process.cpuUsage() }
    const { user, system } = this.#last.used
    return (user + system - used.user - used.system) / microsecondsPerMs / (this.#last.at - at)
  }
}
