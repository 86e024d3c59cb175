import assert from 'node:assert/strict'
import { beforeEach, describe, it } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import type { TransferableHandle } from '../../node-internals/handles.ts'
import type { ToWorker } from '../../protocol/messages.ts'
import type { WorkerHandle } from '../fleet/worker-handle.ts'
import { connectionCounts } from './connection-counts.ts'
import { HandOff } from './hand-off.ts'
import { Loads } from './loads.ts'

/** A worker that takes nothing until it is told to. */
class Worker {
  readonly release = { generation: 1 }
  readonly got: { id: number; connection: Connection; arrive: () => void }[] = []

  send(message: ToWorker, connection: Connection, _sent: unknown, arrive: () => void): void {
    if (message.type === 'connection') this.got.push({ id: message.connection, connection, arrive })
  }

  get names(): string[] {
    return this.got.map(({ connection }) => connection.name)
  }
}

class Connection {
  readonly name: string
  closed = false

  constructor(name: string) {
    this.name = name
  }

  close(): void {
    this.closed = true
  }
}

describe('HandOff', () => {
  let handOff: HandOff
  let first: Worker
  let second: Worker
  const as = (worker: Worker): WorkerHandle => worker as unknown as WorkerHandle

  function take(name: string, served = false): Connection {
    const connection = new Connection(name)
    handOff.take(connection as unknown as TransferableHandle, served)
    return connection
  }

  beforeEach(() => {
    connectionCounts.held = 0
    handOff = new HandOff('place', new Loads(), { queueTimeout: () => 50, speaksTls: () => true })
    first = new Worker()
    second = new Worker()
    handOff.update([as(first), as(second)])
  })

  it('holds up one connection for each worker that does not turn', () => {
    for (const name of ['a', 'b', 'c', 'd']) take(name)
    assert.deepEqual([first.names, second.names], [['a'], ['b']])
    second.got[0]!.arrive()
    assert.deepEqual([first.names, second.names], [['a'], ['b', 'c']])
    second.got[1]!.arrive()
    assert.deepEqual([first.names, second.names], [['a'], ['b', 'c', 'd']])
  })

  it('keeps its copies until it is told of several at once', () => {
    const connections = ['a', 'b', 'c'].map((name) => take(name))
    assert.equal(connectionCounts.held, 3)
    first.got[0]!.arrive()
    second.got[0]!.arrive()
    assert.deepEqual([first.names, second.names], [['a', 'c'], ['b']])
    assert.equal(connectionCounts.held, 1, 'one waits for its worker')
    first.got[1]!.arrive()
    assert.equal(connectionCounts.held, 0)
    assert.ok(connections.every(({ closed }) => !closed))
    handOff.onAnswer(
      as(first),
      first.got.map(({ id }) => id),
      true,
    )
    assert.deepEqual(
      connections.map(({ closed }) => closed),
      [true, false, true],
    )
    handOff.onAnswer(as(second), [second.got[0]!.id], true)
    assert.ok(connections.every(({ closed }) => closed) && handOff.isEmpty)
  })

  it('goes on where an answer comes and Node has not said that it has arrived', () => {
    handOff.update([as(first)])
    take('a')
    take('b')
    handOff.onAnswer(as(first), [first.got[0]!.id], true)
    assert.deepEqual(first.names, ['a', 'b'])
    first.got[0]!.arrive()
    take('c')
    assert.deepEqual(first.names, ['a', 'b'], 'the arrival of one that was answered counts once')
  })

  it('gives what has not arrived to another when its worker dies, and nothing that may have been served', () => {
    const [arrived, , underway] = ['a', 'b', 'c'].map((name) => take(name))
    first.got[0]!.arrive()
    second.got[0]!.arrive()
    assert.deepEqual([first.names, second.names], [['a', 'c'], ['b']])
    handOff.onExit(as(first))
    assert.deepEqual(second.names, ['b', 'c'])
    assert.equal(arrived!.closed, true)
    assert.equal(underway!.closed, false)
    assert.equal(connectionCounts.held, 1)
  })

  it('counts what it has taken back once, though Node says only later that the dead worker had received it', () => {
    take('a')
    take('b')
    handOff.onExit(as(first))
    first.got[0]!.arrive()
    assert.equal(connectionCounts.held, 2)
    second.got[0]!.arrive()
    assert.equal(connectionCounts.held, 1)
  })

  it('gives one that was served elsewhere to another unless its worker has said that it has it', () => {
    const [moved] = [take('moved', true)]
    first.got[0]!.arrive()
    handOff.onExit(as(first))
    assert.deepEqual(second.names, ['moved'])
    assert.equal(moved.closed, false)
    assert.equal(connectionCounts.held, 1)
  })

  it('gives what a worker has no room for to another', () => {
    const connection = take('a')
    first.got[0]!.arrive()
    handOff.onAnswer(as(first), [first.got[0]!.id], false)
    assert.deepEqual(second.names, ['a'])
    handOff.onAnswer(as(second), [second.got[0]!.id], true)
    assert.ok(connection.closed)
    assert.ok(handOff.isEmpty)
    assert.equal(connectionCounts.held, 0)
  })

  it('has one that was served elsewhere go first, and not wait for room that only new ones lack', () => {
    for (const name of ['a', 'b', 'c']) take(name)
    take('moved', true)
    first.got[0]!.arrive()
    assert.deepEqual(first.names, ['a', 'moved'])
    handOff.onAnswer(as(first), [first.got[0]!.id], false)
    first.got[1]!.arrive()
    assert.deepEqual([first.names, second.names], [['a', 'moved'], ['b']])
    take('moved too', true)
    assert.deepEqual([first.names, second.names], [['a', 'moved', 'moved too'], ['b']])
  })

  it('refuses what nobody takes within the queue timeout, when its worker has died with it', async () => {
    const connection = take('a')
    handOff.update([as(first)])
    handOff.onExit(as(first))
    const deadline = performance.now() + 10_000
    while (!connection.closed && performance.now() < deadline) await setTimeout(5)
    assert.ok(connection.closed && handOff.isEmpty)
  })
})
