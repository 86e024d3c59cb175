import { type Channel, channel } from 'node:diagnostics_channel'
import type { ClusterState, WorkerInfo } from './cluster.ts'
import type { ScaleStep, WorkerExit } from './events.ts'
import { subscribersOf } from './node-internals/subscribers.ts'
import type { Admitted } from './overload.ts'
import type { LastWords } from './protocol/messages.ts'
import type { StallReport } from './protocol/watchdog.ts'
import { runtime } from './runtime.ts'
import { toLine, toReport } from './thrown.ts'

/** What is published on the channels of `node:diagnostics_channel`, by their names. See docs/observe/diagnostics.md. */
export interface DiagnosticMessages {
  // In the primary, as the events of a `Cluster`.
  'clustered:worker:boot': { worker: WorkerInfo }
  /** `bootTime` in milliseconds. */
  'clustered:worker:ready': { worker: WorkerInfo; bootTime: number }
  'clustered:worker:lead': { worker: WorkerInfo }
  'clustered:worker:drain': { worker: WorkerInfo; reason: string }
  'clustered:worker:lag': { worker: WorkerInfo; stall: StallReport }
  'clustered:worker:hung': { worker: WorkerInfo; stall: StallReport }
  'clustered:worker:crash': { worker: WorkerInfo; error: LastWords }
  'clustered:worker:problem': { worker: WorkerInfo; problem: string }
  'clustered:worker:exit': { worker: WorkerInfo; exit: WorkerExit }
  /** `delay` in milliseconds. */
  'clustered:slot:backoff': { slot: number; failures: number; delay: number }
  'clustered:reload:start': { generation: number }
  'clustered:reload:done': { generation: number }
  'clustered:reload:failed': { generation: number; error: Error }
  'clustered:state': { state: ClusterState }
  'clustered:scale': { workers: number; step: ScaleStep }
  'clustered:close': { reason: string }
  // In each process that serves: a worker, or that of single mode. `slot` is its own.
  'clustered:ready': { slot: number }
  'clustered:lead': { slot: number }
  /** `request` is the one that caused it, such as `'GET /orders'`, if it is known. */
  'clustered:crash': { slot: number; error: unknown; request: string | undefined; contained: boolean }
  'clustered:shed': { slot: number; response: Admitted }
  /** `timeout` in milliseconds: what the drain may take. */
  'clustered:drain': { slot: number; timeout: number }
  'clustered:drained': { slot: number }
}

/** Runs the user's code, and reports what it throws or rejects with. */
type Run = (whose: string, code: () => unknown) => unknown

/** Held here: Node forgets a channel that nobody holds. */
const channels = new Map<string, Channel>()

/**
 * Tells the subscribers of the channel, if it has any. What one of them throws
 * goes to `run`: Node would make an uncaught error of it.
 */
export function announce<Name extends keyof DiagnosticMessages>(
  name: Name,
  make: () => DiagnosticMessages[Name],
  run: Run = runHere,
): void {
  let known = channels.get(name)
  if (!known) channels.set(name, (known = channel(name)))
  if (!known.hasSubscribers) return
  const message = make()
  const subscribers = subscribersOf(known)
  if (!subscribers) return known.publish(message)
  for (const subscriber of subscribers) run(`a subscriber of '${name}'`, () => subscriber(message, name))
}

/** That of this process, if it serves. */
export function ownSlot(): number {
  return runtime().worker?.slot ?? 0
}

/** How long (in ms) the same failure is not reported again. */
const quiet = 60_000

const reportedAt = new Map<string, number>()

/** In a process that serves, where there is no boundary. */
async function runHere(whose: string, code: () => unknown): Promise<void> {
  try {
    await code()
  } catch (error) {
    const now = performance.now()
    if (now - (reportedAt.get(whose) ?? -quiet) < quiet) return
    reportedAt.set(whose, now)
    const { lifecycle } = runtime()
    if (lifecycle) lifecycle.report(`${whose} failed: ${toLine(error)}`, error)
    else console.error('%s', toReport(error))
  }
}
