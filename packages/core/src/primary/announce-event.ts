import { announce } from '../diagnostics.ts'
import type { ClusterEvents } from '../events.ts'
import type { Boundary } from './boundary.ts'

/** What the arguments of each event are called in the message on its channel. */
const parts = {
  'worker:boot': ['worker'],
  'worker:ready': ['worker', 'bootTime'],
  'worker:lead': ['worker'],
  'worker:drain': ['worker', 'reason'],
  'worker:lag': ['worker', 'stall'],
  'worker:hung': ['worker', 'stall'],
  'worker:crash': ['worker', 'error'],
  'worker:problem': ['worker', 'problem'],
  'worker:exit': ['worker', 'exit'],
  'slot:backoff': ['slot', 'failures', 'delay'],
  'reload:start': ['generation'],
  'reload:done': ['generation'],
  'reload:failed': ['generation', 'error'],
  state: ['state'],
  scale: ['workers', 'step'],
  close: ['reason'],
} as const satisfies Partial<Record<keyof ClusterEvents, readonly string[]>>

/** Publishes the event on its channel, if it has one and that has subscribers. */
export function announceEvent(event: PropertyKey, args: readonly unknown[], boundary: Boundary): void {
  if (!Object.hasOwn(parts, event)) return
  const name = event as keyof typeof parts
  announce(
    `clustered:${name}`,
    () => Object.fromEntries(parts[name].map((part, index) => [part, args[index]])) as never,
    (whose, code) => boundary.run(whose, code),
  )
}
