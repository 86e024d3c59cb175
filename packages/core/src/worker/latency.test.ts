import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { Latency } from './latency.ts'

function assertNear(value: number | undefined, expected: number): void {
  assert.ok(value! > expected * 0.95 && value! < expected * 1.05, `${value} is not near ${expected}`)
}

describe('latency', () => {
  it('is not known before there was a request', () => {
    assert.equal(new Latency().take(), undefined)
  })

  it('has the slow ones in its p99 and not in its p50', () => {
    const latency = new Latency()
    for (let count = 0; count < 95; count++) latency.add(3)
    for (let count = 0; count < 5; count++) latency.add(40)
    const { p50, p99 } = latency.take()!
    assertNear(p50, 3)
    assertNear(p99, 40)
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
