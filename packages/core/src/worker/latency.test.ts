import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { Latency } from './latency.ts'

function assertNear(value: number | undefined, expected: number): void {
  assert.ok(
    value! >= expected * (15 / 16) && value! <= expected * (17 / 16),
    `${value} is not near ${expected}`,
  )
}

describe('latency', () => {
  it('is not known before there was a request', () => {
    assert.equal(new Latency().take(), undefined)
  })

  it('has the slow ones in its p99 and not in its p50', () => {
    for (const [fast, slow] of [
      [0.01, 0.02],
      [0.3, 1.99],
      [3, 40],
      [127.9, 128],
      [1000, 1_000_000],
    ] as const) {
      const latency = new Latency()
      for (let count = 0; count < 95; count++) latency.add(fast)
      for (let count = 0; count < 5; count++) latency.add(slow)
      const { p50, p99 } = latency.take()!
      assertNear(p50, fast)
      assertNear(p99, slow)
    }
  })

  it('takes what is too short or too long to be told', () => {
    for (const ms of [0, 1e-9, 1e12, Infinity]) {
      const latency = new Latency()
      latency.add(ms)
      assert.ok(latency.take()!.p50 > 0)
    }
  })

  it('forgets what was longer ago than ten seconds', () => {
    const latency = new Latency()
    latency.add(1)
    for (let second = 0; second < 10; second++) assert.ok(latency.take())
    assert.equal(latency.take(), undefined)
  })
})
