import { setImmediate as nextTurn } from 'node:timers/promises'
import { settles } from '../../settles.ts'
import { toLine } from '../../thrown.ts'
import { Changes } from '../changes.ts'
import type { WorkerMetric } from '../metric.ts'
import { convert } from './convert.ts'
import { isOwn, saysTheSame } from './names.ts'
import type { MetricsRegistry } from './registries.ts'
import { type Source, sourcesOf } from './sources.ts'

/** How many series a worker tells of, at most. */
const mostSeries = 5000

/** For how long (in ms) collecting keeps the event loop without a pause, at most. */
const slice = 5

/** After collecting, a metric rests for that many times as long, so that it takes a fiftieth of the time at most. */
const rest = 50
/** In ms. */
const longestRest = 15_000

/** How long (in ms) what is collected at the end may take. */
const lastWait = 500

/** How long (in ms) a metric may be collected until the log says so. */
const patience = 10_000

interface Pace {
  /** Since when it is being collected, if it is. */
  since: number | undefined
  notBefore: number
}

export interface CollectorParts {
  registries: () => Iterable<MetricsRegistry>
  tell: (metrics: WorkerMetric[]) => void
  /** For the log. */
  report: (problem: string) => void
}

/**
 * Collects the app's metrics, each by itself. What the app does to collect one
 * may throw, hang or be slow: that is its own loss.
 */
export class Collector {
  readonly #parts: CollectorParts
  readonly #changes = new Changes(mostSeries)
  readonly #paces = new WeakMap<object, Pace>()
  /** What has a name: of two metrics of one name, the first that was seen, while it is there. */
  readonly #owners = new Map<string, object>()
  readonly #reported = new Set<string>()
  #pending: WorkerMetric[] = []
  #running = false

  constructor(parts: CollectorParts) {
    this.#parts = parts
  }

  /** Begins with all that are due. What has changed is told soon after. */
  async collect(now: number = performance.now()): Promise<void> {
    if (this.#running) return
    this.#running = true
    try {
      let turn = beginTurn()
      for (const source of this.#sources()) {
        if (!this.#isDue(source, now)) continue
        // Most have it at once; one that has not is left to come later.
        await Promise.race([this.#take(source), turn.ends])
        if (performance.now() - turn.begun < slice && !turn.isOver) continue
        await turn.ends
        turn = beginTurn()
      }
    } finally {
      this.#running = false
    }
  }

  /** All that can be collected within a moment, whether it is due or not. */
  async finish(): Promise<void> {
    const sources = this.#sources().filter((source) => this.#paces.get(source.key)?.since === undefined)
    await settles(Promise.all(sources.map((source) => this.#take(source))), lastWait)
    this.#tellPending()
  }

  #sources(): Source[] {
    const all = sourcesOf(this.#parts.registries())
    const keys = new Set(all.map(({ key }) => key))
    for (const [name, key] of this.#owners) if (!keys.has(key)) this.#owners.delete(name)
    if (all.every(({ name }) => name !== undefined))
      this.#queue(this.#changes.removed(new Set(all.map(({ name }) => name!))))
    return all.filter((source) => source.name === undefined || this.#mayTell(source.name, source.key))
  }

  #isDue({ key, name }: Source, now: number): boolean {
    const { since, notBefore } = this.#paceOf(key)
    if (since === undefined) return now >= notBefore
    if (now - since > patience)
      this.#reportOnce(
        `slow ${name}`,
        `${called(name)} has been collecting for ${patience / 1000} s: what it had is kept`,
      )
    return false
  }

  #paceOf(key: object): Pace {
    const known = this.#paces.get(key)
    if (known) return known
    const pace: Pace = { since: undefined, notBefore: 0 }
    this.#paces.set(key, pace)
    return pace
  }

  async #take(source: Source): Promise<void> {
    const { key, name, defaults } = source
    const pace = this.#paceOf(key)
    const begun = (pace.since = performance.now())
    try {
      const told: unknown = await source.collect()
      for (const one of Array.isArray(told) ? told : [told]) {
        const metric = convert(one, defaults)
        if (metric && (name !== undefined || this.#mayTell(metric.name, key)))
          this.#queue([this.#changes.take(metric)])
      }
      if (this.#changes.isFull)
        this.#reportOnce(
          'many',
          `more than ${mostSeries} series: the others are left out of Clustered's metrics`,
        )
    } catch (error) {
      this.#reportOnce(`failed ${name}`, `${called(name)} cannot be collected: ${toLine(error)}`)
    }
    const end = performance.now()
    pace.since = undefined
    pace.notBefore = end + Math.min(longestRest, (end - begun) * rest)
  }

  #mayTell(name: string, key: object): boolean {
    if (isOwn(name)) {
      if (!saysTheSame(name))
        this.#reportOnce(`own ${name}`, `${called(name)} is left out: Clustered has one of that name`)
      return false
    }
    const owner = this.#owners.get(name) ?? key
    this.#owners.set(name, owner)
    return owner === key
  }

  /** What comes in the same turn is told together. */
  #queue(metrics: Iterable<WorkerMetric | undefined>): void {
    for (const metric of metrics) {
      if (!metric) continue
      if (this.#pending.length === 0) setImmediate(() => this.#tellPending())
      this.#pending.push(metric)
    }
  }

  #tellPending(): void {
    const metrics = this.#pending
    this.#pending = []
    if (metrics.length > 0) this.#parts.tell(metrics)
  }

  #reportOnce(what: string, problem: string): void {
    if (this.#reported.has(what) || this.#reported.size > 20) return
    this.#reported.add(what)
    this.#parts.report(`prom-client: ${problem}`)
  }
}

interface Turn {
  begun: number
  isOver: boolean
  ends: Promise<unknown>
}

/** One of the event loop. */
function beginTurn(): Turn {
  const turn: Turn = { begun: performance.now(), isOver: false, ends: nextTurn() }
  void turn.ends.then(() => (turn.isOver = true))
  return turn
}

function called(name: string | undefined): string {
  return name === undefined ? 'a registry' : `the metric ${name}`
}
