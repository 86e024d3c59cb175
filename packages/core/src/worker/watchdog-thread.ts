/** A worker's watchdog: a thread of its own, which runs while the main loop does not. */
import { writeSync } from 'node:fs'
import { workerData } from 'node:worker_threads'
import { type StallReport, type WatchdogOptions, watchdogDescriptor } from '../protocol/watchdog.ts'
import { takeStack } from './main-thread-stack.ts'

const { lagWarning, hangTimeout, turns, requestExpression } = workerData as WatchdogOptions
const counter = new Int32Array(turns)

/** How often (in ms) the counter is looked at. */
const tick = 100

let lastTurn = Atomics.load(counter, 0)
let lastTick = performance.now()
let stalledFor = 0
const reported = new Set<StallReport['kind']>()

setInterval(() => {
  const now = performance.now()
  // A thread that did not run itself (SIGSTOP, a suspended machine) has no say.
  const elapsed = Math.min(now - lastTick, 2 * tick)
  lastTick = now
  const turn = Atomics.load(counter, 0)
  if (turn === lastTurn) {
    stalledFor += elapsed
    look('lag', lagWarning)
    look('hung', hangTimeout)
  } else {
    lastTurn = turn
    stalledFor = 0
    reported.clear()
  }
}, tick)

function look(kind: StallReport['kind'], limit: number): void {
  if (limit === 0 || stalledFor < limit || reported.has(kind)) return
  reported.add(kind)
  const at = Math.round(stalledFor)
  takeStack(requestExpression, ({ stack, request }) => report({ kind, stalledFor: at, stack, request }))
}

function report(stall: StallReport): void {
  try {
    writeSync(watchdogDescriptor, `${JSON.stringify(stall)}\n`)
  } catch {
    // The primary is gone.
  }
}
