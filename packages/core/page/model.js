/** How much of what has happened is kept, and for how long (in ms) figures are. */
const mostHappenings = 200
export const span = 300_000

/** All that the page knows. */
export class Model {
  /** 'connecting', 'open', 'lost' or 'refused'. */
  connection = 'connecting'
  /** When it was lost, when it is tried again, and why: of this machine's clock. */
  lostAt = 0
  retryAt = 0
  reason = ''
  /** By somebody who knows that the program is not there. */
  isAnswered = false
  status = undefined
  samples = []
  happened = []
  faults = []
  mayChange = false
  /** By how many ms the program's clock is ahead of this one. */
  #ahead = undefined

  /** Now, on the program's clock, as all times of it are. */
  get now() {
    return Date.now() + (this.#ahead ?? 0)
  }

  opened() {
    this.connection = 'open'
  }

  lost({ retryAt, reason, isAnswered }) {
    if (this.connection !== 'lost') this.lostAt = Date.now()
    this.connection = 'lost'
    this.retryAt = retryAt
    this.reason = reason
    this.isAnswered = isAnswered
  }

  refused() {
    this.connection = 'refused'
  }

  take(name, data) {
    if (name === 'program') {
      Object.assign(this, data)
      this.#ahead = undefined
      this.#compareClocks()
    } else if (name === 'status') this.status = data
    else if (name === 'sample') {
      this.samples.push(data)
      this.#compareClocks()
      while (this.samples[0].at < data.at - span) this.samples.shift()
    } else if (name === 'happened') {
      this.happened.push(data)
      if (this.happened.length > mostHappenings) this.happened.shift()
    } else if (name === 'fault') {
      this.faults = [...this.faults.filter(({ kind }) => kind !== data.kind), data]
    }
  }

  // What comes has been on its way for a while: the least that was seen is the best.
  #compareClocks() {
    const last = this.samples.at(-1)
    if (last) this.#ahead = Math.max(this.#ahead ?? -Infinity, last.at - Date.now())
  }
}
