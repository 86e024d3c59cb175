import assert from 'node:assert/strict'
import { EventEmitter } from 'node:events'
import { describe, it } from 'node:test'
import type { WorkerExit } from '../../events.ts'
import { Exits } from './exits.ts'

/** One worker of the pid 1, with all that happens to it. */
function counted(...events: [name: string, ...args: unknown[]][]): Record<string, number> {
  const cluster = new EventEmitter()
  const exits = new Exits(cluster as never)
  for (const [name, ...args] of events) cluster.emit(name, { pid: 1 }, ...args)
  const [reasons, crashes] = exits.metrics()
  const counts = reasons!.series.flatMap(({ labels, value }) =>
    value > 0 ? [[labels['reason'], value]] : [],
  )
  return Object.fromEntries([...counts, ['crashes', crashes!.series[0]!.value]])
}

function exit(how: Partial<WorkerExit>): [string, WorkerExit] {
  const all = { reason: '', code: null, signal: null, lastWords: undefined, asTold: false, finished: false }
  return ['worker:exit', { ...all, ...how }]
}

describe('exits', () => {
  const ready: [string] = ['worker:ready']
  const killed = exit({ signal: 'SIGKILL' })
  const cases: [string, [string, ...unknown[]][], Record<string, number>][] = [
    ['told to leave', [ready, exit({ code: 0, asTold: true })], { drained: 1, crashes: 0 }],
    ['not needed while it booted', [exit({ signal: 'SIGKILL', asTold: true })], { drained: 1, crashes: 0 }],
    ['an error', [ready, exit({ code: 1 })], { crash: 1, crashes: 1 }],
    ['a contained error', [ready, ['worker:crash'], exit({ code: 1 })], { crash: 1, crashes: 1 }],
    ['still draining after a contained error', [ready, ['worker:crash'], killed], { killed: 1, crashes: 1 }],
    ['out of memory', [ready, exit({ signal: 'SIGABRT' })], { crash: 1, crashes: 1 }],
    ['by itself', [ready, exit({ code: 0 })], { crash: 1, crashes: 1 }],
    ['killed', [ready, killed], { killed: 1, crashes: 0 }],
    ['hung', [ready, ['worker:hung'], killed], { hung: 1, crashes: 0 }],
    ['never ready', [exit({ code: 1 })], { boot: 1, crashes: 0 }],
    ['not ready in time', [killed], { boot: 1, crashes: 0 }],
    ['finished', [ready, exit({ code: 0, finished: true })], { finished: 1, crashes: 0 }],
    ['a later process of the same pid', [ready, killed, killed], { killed: 1, boot: 1, crashes: 0 }],
  ]
  for (const [what, events, expected] of cases)
    it(`are counted once, by their reason: ${what}`, () => assert.deepEqual(counted(...events), expected))

  it('tell when the last crash was, once there was one', () => {
    const cluster = new EventEmitter()
    const exits = new Exits(cluster as never)
    const last = (): unknown[] => exits.metrics()[2]!.series
    assert.deepEqual(last(), [])
    cluster.emit('worker:crash', { pid: 1 })
    const [{ value }] = last() as [{ value: number }]
    assert.ok(Math.abs(value - Date.now() / 1000) < 10, `${value}`)
  })
})
