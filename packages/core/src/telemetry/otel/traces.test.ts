import assert from 'node:assert/strict'
import { EventEmitter } from 'node:events'
import { beforeEach, describe, it } from 'node:test'
import type { Cluster, WorkerInfo } from '../../cluster.ts'
import type { ClusterEvents, WorkerExit } from '../../events.ts'
import { Traces } from './traces.ts'

const spanKey = Symbol.for('OpenTelemetry Context Key SPAN')

interface Told {
  name: string
  parent: string | undefined
  failure?: string
  exception?: string
  reason?: unknown
}

/** What has ended. */
let told: Told[]
let open: number
let cluster: EventEmitter<ClusterEvents>

function startSpan(name: string, _options: object, context?: unknown): never {
  const { told: parent } =
    (context as { getValue(key: symbol): { told?: Told } | undefined }).getValue(spanKey) ?? {}
  const span: Told = { name, parent: parent?.name }
  open++
  return {
    told: span,
    setAttribute: (_: string, value: unknown) => (span.reason = value),
    setStatus: ({ message }: { message: string }) => (span.failure = message),
    recordException: ({ message }: Error) => (span.exception = message),
    end: () => {
      open--
      told.push(span)
    },
  } as never
}

function worker(pid: number, generation: number): WorkerInfo {
  return { slot: 0, pid, state: 'ready', generation, leads: false, startedAt: 0, vitals: undefined }
}

function exit(reason: string, asTold: boolean, message?: string): WorkerExit {
  const lastWords = message === undefined ? undefined : { name: 'Error', message, code: undefined, stack: '' }
  return { reason, code: null, signal: null, lastWords, asTold, finished: false }
}

describe('traces', () => {
  beforeEach(() => {
    ;[told, open, cluster] = [[], 0, new EventEmitter()]
    new Traces({ startSpan }).follow(cluster as Cluster)
    cluster.emit('worker:boot', worker(1, 1))
    cluster.emit('worker:ready', worker(1, 1), 5)
    assert.deepEqual(told, [{ name: 'clustered boot', parent: undefined }])
    told = []
  })

  it('have a reload with what it takes', () => {
    cluster.emit('reload:start', 2)
    cluster.emit('worker:boot', worker(2, 2))
    cluster.emit('worker:ready', worker(2, 2), 5)
    cluster.emit('worker:drain', worker(1, 1), 'reload')
    cluster.emit('reload:done', 2)
    cluster.emit('worker:exit', worker(1, 1), exit('drained', true))
    assert.deepEqual(told, [
      { name: 'clustered boot', parent: 'clustered reload' },
      { name: 'clustered reload', parent: undefined },
      { name: 'clustered drain', parent: 'clustered reload', reason: 'drained' },
    ])
    assert.equal(open, 0)
  })

  it('have a reload that fails, and why its boot did', () => {
    cluster.emit('reload:start', 2)
    cluster.emit('worker:boot', worker(2, 2))
    cluster.emit('worker:exit', worker(2, 2), exit('exit code 1', false, 'no database'))
    cluster.emit('reload:failed', 2, new Error('Reload stopped'))
    assert.deepEqual(told, [
      {
        name: 'clustered boot',
        parent: 'clustered reload',
        exception: 'no database',
        failure: 'exit code 1',
        reason: 'exit code 1',
      },
      { name: 'clustered reload', parent: undefined, failure: 'Reload stopped' },
    ])
    assert.equal(open, 0)
  })

  it('have a reload end with the cluster', () => {
    cluster.emit('reload:start', 2)
    cluster.emit('close', 'SIGTERM')
    assert.deepEqual(told, [
      { name: 'clustered reload', parent: undefined, failure: 'the cluster closes: SIGTERM' },
    ])
  })

  it('have each fault once', () => {
    cluster.emit('worker:crash', worker(1, 1), { name: 'Error', message: 'lost', code: undefined, stack: '' })
    cluster.emit('worker:drain', worker(1, 1), 'crash')
    cluster.emit('worker:exit', worker(1, 1), exit('exit code 1', false, 'lost'))
    cluster.emit('worker:hung', worker(2, 1), { kind: 'hung', stalledFor: 9, stack: [], request: undefined })
    cluster.emit('worker:exit', worker(2, 1), exit('killed: hung', false))
    cluster.emit('worker:exit', worker(3, 1), exit('killed by SIGKILL', false))
    assert.deepEqual(
      told.map(({ name, failure }) => [name, failure]),
      [
        ['clustered crash', 'Error: lost'],
        ['clustered drain', undefined],
        ['clustered hang', 'its event loop has not turned for 9 ms'],
        ['clustered crash', 'killed by SIGKILL'],
      ],
    )
    assert.equal(open, 0)
  })

  it('have nothing more of a worker that leaves as it was told', () => {
    cluster.emit('worker:boot', worker(2, 1))
    cluster.emit('worker:exit', worker(2, 1), exit('scaled away', true))
    cluster.emit('worker:exit', worker(3, 1), exit('drained', true))
    assert.deepEqual(told, [{ name: 'clustered boot', parent: undefined, reason: 'scaled away' }])
  })
})
