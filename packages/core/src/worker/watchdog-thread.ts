/** A worker's watchdog: a thread of its own, which runs while the main loop does not. */
import { writeSync } from 'node:fs'
import {
  longestLook,
  type Look,
  mostInLine,
  type ThreadAnswer,
  type ThreadQuestion,
} from '../protocol/inside.ts'
import { hear } from './inside/hearing.ts'
import { workerData } from 'node:worker_threads'
import {
  Shared,
  type WatchdogOptions,
  type WatchdogReport,
  watchdogDescriptor,
} from '../protocol/watchdog.ts'
import { endProcess } from './end-process.ts'
import { keepGoing, takeStack } from './main-thread-stack.ts'
import { refused } from './may-inspect.ts'
import { OrphanDeadline } from './orphan-deadline.ts'
import { SnapshotFiles } from './snapshot-files.ts'

const options = workerData as WatchdogOptions
const { lagWarning, hangTimeout, mayInspect } = options
const shared = new Int32Array(options.shared)

/** How often (in ms) the counter is looked at. */
const tick = 100

/** From how many ms on a stall is looked into. */
const shortest = 500

/** How long (in ms) a main thread that writes a heap snapshot, or stands at a breakpoint, is left alone. */
const longestBusy = 600_000

/** How often (in ms) the primary is told that it is left alone. */
const busyInterval = 1000

/** How long (in ms) a main thread has stood when this thread begins to hear: until then it hears for itself. */
const hearAfter = 2 * tick

/** Frames of a stack that is reported, and of one that somebody asks for. */
const deepest = { report: 10, answer: 30 }

/** How long (in ms) the primary has to end this process once it knows that it hangs; it may lack the right to. */
const killMargin = 5000

/** Of the runtime in `runtime.ts`; evaluated in the main thread while that stands. */
const workerExpression = "globalThis[Symbol.for('@clustered/core')].worker"

const orphan = new OrphanDeadline(options)
const snapshots = new SnapshotFiles(options.diagnosticFolder)
let lastTurn = Atomics.load(shared, Shared.turns)
let lastTick = performance.now()
/** Milliseconds since the last turn, without those in which it was busy. */
let stalledFor = 0
let busyFor = 0
let toldBusyAt = -Infinity
let stalledSince = Date.now()
let isDeaf = false
/** Of those who look inside. */
const questions: ThreadQuestion[] = []
const reported = new Set<WatchdogReport['kind']>()

setInterval(() => {
  const now = performance.now()
  // A thread that did not run itself (SIGSTOP, a suspended machine) has no say.
  const elapsed = Math.min(now - lastTick, 2 * tick)
  lastTick = now
  const turn = Atomics.load(shared, Shared.turns)
  const turned = turn !== lastTurn
  lastTurn = turn
  if (turned) {
    stalledFor = busyFor = 0
    stalledSince = Date.now()
    reported.clear()
  } else if (isBusy()) {
    busyFor += elapsed
    answerQuestions()
    return tellBusy(now)
  } else stalledFor += elapsed

  answerQuestions()
  const verdict = orphan.advance(elapsed, turned, stalledFor)
  if (verdict) return endProcess(verdict)
  if (Atomics.load(shared, Shared.judging) === 0) return
  look('lag', lagWarning)
  look('hung', hangTimeout)
  if (hangTimeout > 0 && stalledFor > hangTimeout + killMargin)
    endProcess(`it hangs, and its primary has not ended it: for ${Math.round(stalledFor)} ms`)
}, tick)

/** Whether the main thread stands for a reason that is no fault. */
function isBusy(): boolean {
  if (busyFor > longestBusy) return false
  if (Atomics.load(shared, Shared.snapshots) > 0 || Atomics.load(shared, Shared.debugged) === 1) return true
  return stalledFor + busyFor >= shortest && snapshots.areWritten(stalledSince - 1000)
}

function tellBusy(now: number): void {
  if (now - toldBusyAt < busyInterval) return
  toldBusyAt = now
  report({ kind: 'busy' })
}

function look(kind: 'lag' | 'hung', limit: number): void {
  if (limit === 0 || stalledFor < limit || reported.has(kind)) return
  reported.add(kind)
  const at = Math.round(stalledFor)
  if (!mayInspect) return report({ kind, stalledFor: at, stack: refused, request: undefined })
  takeStack({ expression: `${workerExpression}.request`, deepest: deepest.report }, ({ stack, said }) =>
    report({ kind, stalledFor: at, stack, request: said }),
  )
}

/** A main thread that turns answers by itself. */
function answerQuestions(): void {
  if (stalledFor + busyFor < hearAfter) return
  hear((question) => questions.push(question), onDeaf)
  for (const question of questions.splice(0))
    if (Date.now() - question.at < longestLook) answerQuestion(question)
}

function answerQuestion({ id, ask }: ThreadQuestion): void {
  const isDebugged = Atomics.load(shared, Shared.debugged) === 1
  if (ask.what === 'resume') return isDebugged ? keepGoing(ask.time) : undefined
  const stood = Math.round(stalledFor + busyFor)
  const tell = (answer: Omit<ThreadAnswer, 'kind' | 'id' | 'stalledFor'>): void =>
    report({ kind: 'told', id, stalledFor: stood, ...answer })
  if (isBusy()) {
    return tell({ stack: [], busy: isDebugged ? 'debugger' : 'heap snapshot', look: undefined })
  }
  if (!mayInspect) return tell({ stack: refused, busy: undefined, look: undefined })
  const expression = `${workerExpression}.look(${ask.query}, ${mostInLine})`
  takeStack({ expression, deepest: deepest.answer }, ({ stack, said }) =>
    tell({ stack, busy: undefined, look: said === undefined ? undefined : (JSON.parse(said) as Look) }),
  )
}

function report(message: WatchdogReport | ThreadAnswer): void {
  if (isDeaf) return
  const line = Buffer.from(`${JSON.stringify(message)}\n`)
  try {
    for (let written = 0; written < line.length;) written += writeSync(watchdogDescriptor, line, written)
  } catch {
    // The primary is gone, or does not read.
  }
}

/** The descriptor may be somebody else's from here on. */
function onDeaf(): void {
  isDeaf = true
}
