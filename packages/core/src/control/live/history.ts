import type { Vitals } from '../../cluster.ts'
import { total } from '../../telemetry/total.ts'
import type { Lately } from './answers.ts'
import type { Sample } from './live.ts'
import { quantile } from './quantile.ts'
import { Ring } from './ring.ts'

/** How many seconds are remembered: about 60 KB. */
const seconds = 300

const msPerSecond = 1000

/** How long (in ms) what a worker has said counts as of now: it says it once a second. */
const fresh = 2500

/** A worker that has its place. */
interface Seen {
  vitals: Vitals | undefined
  /** For how many ms it has not said how it is. */
  silentFor: number | undefined
}

/** The cluster as it is at the end of a second. */
export interface Second {
  at: number
  workers: readonly Seen[]
  /** What workers answer, as far as they tell. */
  answers: Lately | undefined
  primary: { cpu: number; rss: number }
  /** How many slots have a worker that serves. */
  ready: number
}

/** Five minutes of the cluster, a sample for each second. */
export class History {
  readonly #samples = new Ring<Sample>(seconds)

  get samples(): readonly Sample[] {
    return this.#samples.items
  }

  add(second: Second): Sample {
    const sample = toSample(second)
    this.#samples.add(sample)
    return sample
  }
}

function toSample({ at, workers, answers, primary, ready }: Second): Sample {
  const known = workers.flatMap(({ vitals }) => vitals ?? [])
  const sum = (of: (vitals: Vitals) => number): number => known.reduce((all, vitals) => all + of(vitals), 0)
  // One that is silent has said nothing of this second.
  const talking = workers.flatMap(({ vitals, silentFor = 0 }) => (vitals && silentFor <= fresh ? vitals : []))
  return {
    at,
    ...(answers ? ofAnswers(answers, talking) : ofVitals(talking)),
    inFlight: sum(({ inFlight }) => inFlight),
    connections: sum(({ connections }) => connections),
    loopDelay: rounded(Math.max(0, ...workers.map(delayOf))),
    cpu: rounded(primary.cpu + talking.reduce((all, { cpu }) => all + cpu, 0)),
    rss: primary.rss + sum(({ rss }) => rss),
    ready,
  }
}

/** One that hangs cannot say so: its silence does. */
function delayOf({ vitals, silentFor = 0 }: Seen): number {
  return silentFor > fresh ? silentFor : (vitals?.loopDelay.p99 ?? 0)
}

type OfRequests = Pick<Sample, 'requests' | 'errors' | 'p50' | 'p99'>

function ofAnswers({ bounds, counts, errors }: Lately, talking: readonly Vitals[]): OfRequests {
  const timed = ofVitals(talking)
  const [first = 0] = bounds
  const inMs = (share: number, sampled: number | null): number | null => {
    const value = quantile(bounds, counts, share)
    if (value === null) return null
    // All that is known of the first bucket is where it ends; what workers time themselves says more.
    return rounded(
      value <= first && sampled !== null ? Math.min(sampled, first * msPerSecond) : value * msPerSecond,
    )
  }
  return {
    requests: rounded(total(counts)),
    errors: rounded(errors),
    p50: inMs(0.5, timed.p50),
    p99: inMs(0.99, timed.p99),
  }
}

/** What workers say of themselves; durations are those of their last ten seconds. */
function ofVitals(talking: readonly Vitals[]): OfRequests {
  const requests = talking.reduce((sum, { requestRate }) => sum + requestRate, 0)
  const timed = talking.flatMap(({ latency, requestRate }) =>
    latency && requestRate > 0 ? { ...latency, requestRate } : [],
  )
  const rate = timed.reduce((sum, { requestRate }) => sum + requestRate, 0)
  const mean = timed.reduce((sum, { p50, requestRate }) => sum + (p50 * requestRate) / rate, 0)
  const isTimed = timed.length > 0
  return {
    requests: rounded(requests),
    errors: 0,
    p50: isTimed ? rounded(mean) : null,
    p99: isTimed ? rounded(Math.max(...timed.map(({ p99 }) => p99))) : null,
  }
}

/** Sent 300 times to each reader: no digits that nobody sees. */
function rounded(value: number): number {
  return Math.round(value * 1000) / 1000
}
