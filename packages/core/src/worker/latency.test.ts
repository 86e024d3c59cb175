import assert from 'node:assert/strict'
import { EventEmitter } from 'node:events'
import type { ServerResponse } from 'node:http'
import { describe, it } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { Latency } from './latency.ts'

/** Answers at once, or after `ms`. @returns whether it was timed. */
async function request(latency: Latency, count: number, ms = 0): Promise<boolean> {
  const response = new EventEmitter() as ServerResponse
  latency.watch(response, count)
  const timed = response.listenerCount('close') > 0
  if (ms > 0) await sleep(ms)
  response.emit('close')
  return timed
}

describe('latency', () => {
  it('is not known before there was a request', () => {
    assert.equal(new Latency().take(0), undefined)
  })

  it('has the slow ones in its p99 and not in its p50', async () => {
    const latency = new Latency()
    for (let count = 1; count < 50; count++) await request(latency, count)
    await request(latency, 50, 40)
    const { p50, p99 } = latency.take(50)!
    assert.ok(p50 < 5, `p50 ${p50}`)
    assert.ok(p99 >= 35, `p99 ${p99}`)
  })

  it('times a hundred in a second at most, and of many every n-th', async () => {
    const latency = new Latency()
    const timed = async (from: number, count: number): Promise<number> => {
      let sum = 0
      for (let nth = from; nth < from + count; nth++) if (await request(latency, nth)) sum++
      return sum
    }
    assert.equal(await timed(1, 5000), 100)
    latency.take(5000)
    assert.equal(await timed(5001, 50), 1)
    assert.equal(await timed(5051, 5000), 99)
  })

  it('forgets what was longer ago than ten seconds', async () => {
    const latency = new Latency()
    await request(latency, 1)
    for (let second = 0; second < 10; second++) assert.ok(latency.take(0))
    assert.equal(latency.take(0), undefined)
  })
})
