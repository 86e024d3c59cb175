import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { WorkerInfo } from '../../cluster.ts'
import type { Message } from '../../messages/message.ts'
import { asToPrimary } from '../../protocol/believe.ts'
import { ModelClock } from '../model/world.ts'
import { type Recipient, Relay } from './relay.ts'

class Reader implements Recipient {
  readonly got: Message[] = []
  readonly info = {} as WorkerInfo
  /** It reads nothing. */
  stands = false

  send: Recipient['send'] = (message, _handle, sent) => {
    if (message.type === 'messages') this.got.push(...message.messages)
    if (!this.stands) sent?.()
  }
}

function relayWith(workers: number): { relay: Relay; readers: Reader[]; said: string[]; clock: ModelClock } {
  const said: string[] = []
  const clock = new ModelClock()
  const relay = new Relay(clock, (_worker, problem) => said.push(problem))
  return { relay, readers: Array.from({ length: workers }, () => new Reader()), said, clock }
}

const hello: Message = ['greetings', 'hello']

describe('Relay', () => {
  it('passes messages on to those that subscribe, and not back', async () => {
    const { relay, readers } = relayWith(3)
    const [from, subscriber, other] = readers as [Reader, Reader, Reader]
    const here: Message[] = []
    relay.connect((messages) => here.push(...messages))
    relay.subscribe(from, 'greetings')
    relay.subscribe(subscriber, 'greetings')
    relay.subscribe(other, 'something else')
    relay.publish(from, [hello])
    relay.publish(undefined, [['greetings', 'from the primary']])
    await nextTurn()
    assert.deepEqual(from.got, [['greetings', 'from the primary']])
    assert.deepEqual(subscriber.got, [hello, ['greetings', 'from the primary']])
    assert.deepEqual(other.got, [])
    assert.deepEqual(here, [hello])
  })

  it('knows nothing any more of what has been unsubscribed, and of who has exited', async () => {
    const { relay, readers } = relayWith(2)
    const [gone, stays] = readers as [Reader, Reader]
    relay.subscribe(gone, 'greetings')
    relay.subscribe(stays, 'greetings')
    relay.unsubscribe(stays, 'greetings')
    relay.unsubscribe(stays, 'never subscribed')
    relay.forget(gone)
    relay.publish(undefined, [hello])
    await nextTurn()
    assert.deepEqual([...gone.got, ...stays.got], [])
  })

  it('keeps no more than a bound for one that does not read, and says seldom what it drops', async () => {
    const { relay, readers, said, clock } = relayWith(2)
    const [stands, reads] = readers as [Reader, Reader]
    stands.stands = true
    const large: Message = ['greetings', 'x'.repeat(100_000)]
    for (const reader of readers) relay.subscribe(reader, 'greetings')
    for (let turn = 0; turn < 200; turn++) {
      relay.publish(undefined, [large])
      await nextTurn()
    }
    assert.equal(reads.got.length, 200)
    assert.equal(stands.got.length, 1)
    assert.deepEqual(said.length, 1)
    assert.match(said[0]!, /^1 message for it was dropped/)
    clock.turn()
    assert.match(said[1]!, /^\d\d\d messages for it were dropped/)
    clock.turn()
    assert.equal(said.length, 2)
    assert.equal(clock.next, Infinity)
  })

  it('believes no worker that sends something else', () => {
    const messages = [hello]
    assert.ok(asToPrimary({ type: 'publish', messages }, undefined))
    for (const rubbish of [
      { type: 'publish', messages: 'hello' },
      { type: 'publish', messages: [['greetings']] },
      { type: 'publish', messages: [['greetings', 1]] },
      { type: 'publish', messages: [['', 'hello']] },
      { type: 'publish', messages: [['greetings', 'x'.repeat(2 * 1024 ** 2)]] },
      { type: 'subscribe' },
      { type: 'subscribe', topic: 'x'.repeat(2000) },
      { type: 'unsubscribe', topic: 5 },
    ])
      assert.equal(asToPrimary(rubbish, undefined), undefined)
  })
})
