import assert from 'node:assert/strict'
import type { Worker } from 'node:cluster'
import { EventEmitter } from 'node:events'
import { describe, it, type TestContext } from 'node:test'
import { ModelClock } from '../model/world.ts'
import { relaySocketIo } from './socket-io.ts'

const source = '_sio_adapter'
let workers = 0

/** What node:cluster has of a worker, without a process. */
class FakeWorker extends EventEmitter {
  readonly id = ++workers
  readonly got: object[] = []
  readonly said: string[] = []
  /** It reads nothing. */
  stands = false
  readonly process = Object.assign(new EventEmitter(), {
    connected: true,
    send: (message: object, _handle: unknown, _options: unknown, sent?: () => void) => {
      this.got.push(message)
      if (!this.stands) sent?.()
    },
  })

  constructor(t: TestContext) {
    super()
    relaySocketIo(this as unknown as Worker, new ModelClock(), (problem) => this.said.push(problem))
    t.after(() => this.leave())
  }

  send(message: object): void {
    this.process.send(message, undefined, undefined)
  }

  async says(message: object): Promise<void> {
    this.process.emit('message', message)
    await new Promise((resolve) => setImmediate(resolve))
  }

  leave(): void {
    this.process.connected = false
    this.process.emit('disconnect')
  }
}

describe('relaySocketIo', () => {
  it('passes on what an adapter sends to all others, and answers to who has asked', async (t) => {
    const [one, two, three] = [new FakeWorker(t), new FakeWorker(t), new FakeWorker(t)]
    const broadcast = { source, type: 3, uid: 'one', nsp: '/', data: {} }
    await one.says(broadcast)
    const answer = { source, type: 8, uid: 'two', nsp: '/', requesterUid: 'one', data: {} }
    await two.says(answer)
    await two.says({ ...answer, requesterUid: 'gone' })
    assert.deepEqual(one.got, [answer])
    assert.deepEqual([two.got, three.got], [[broadcast], [broadcast]])
  })

  it('knows the numbers of version 0.2', async (t) => {
    const [one, two, three] = [new FakeWorker(t), new FakeWorker(t), new FakeWorker(t)]
    const question = { source, type: 8, nsp: '/', data: { workerId: one.id } }
    await one.says(question)
    const answer = { source, type: 9, nsp: '/', data: { workerId: one.id } }
    await two.says(answer)
    two.leave()
    const gone = { source, type: 3, data: two.id }
    assert.deepEqual(
      [one.got, three.got],
      [
        [answer, gone],
        [question, gone],
      ],
    )
  })

  it('says for a worker that has gone that its adapters have', async (t) => {
    const [one, two] = [new FakeWorker(t), new FakeWorker(t)]
    await one.says({ source, type: 1, uid: 'main', nsp: '/' })
    await one.says({ source, type: 1, uid: 'admin', nsp: '/admin' })
    two.got.length = 0
    one.leave()
    assert.deepEqual(two.got, [
      { source, type: 13, uid: 'main', nsp: '/' },
      { source, type: 13, uid: 'admin', nsp: '/admin' },
    ])
  })

  it('keeps out of it where the program passes messages on itself', async (t) => {
    const [one, two] = [new FakeWorker(t), new FakeWorker(t)]
    one.process.on('message', (message: object) => two.send(message))
    const broadcast = { source, type: 3, uid: 'one', nsp: '/', data: {} }
    await one.says(broadcast)
    one.leave()
    assert.deepEqual(two.got, [broadcast])
  })

  it('passes on nothing else', async (t) => {
    const [one, two] = [new FakeWorker(t), new FakeWorker(t)]
    for (const message of ['text', null, undefined, 5, {}, { source: 'other' }])
      await one.says(message as object)
    assert.deepEqual(two.got, [])
  })

  it('keeps no more than a bound for a worker that does not read', async (t) => {
    const [one, two] = [new FakeWorker(t), new FakeWorker(t)]
    two.stands = true
    const packet = 'x'.repeat(1024 ** 2)
    for (let sent = 0; sent < 20; sent++)
      await one.says({ source, type: 3, uid: 'one', nsp: '/', data: { packet } })
    assert.equal(two.got.length, 8)
    assert.match(two.said[0]!, /dropped/)
    two.stands = false
  })
})
