import assert from 'node:assert/strict'
import { EventEmitter } from 'node:events'
import { describe, it } from 'node:test'
import { Overload, type OverloadOptions } from './overload.ts'

describe('overload', () => {
  it('admits up to maxInFlight, and more when responses are over', () => {
    const overload = new Overload({ maxInFlight: 2 })
    const responses = [new EventEmitter(), new EventEmitter(), new EventEmitter()] as const
    assert.deepEqual(
      responses.map((response) => overload.admits(response)),
      [true, true, false],
    )
    assert.equal(overload.inFlight, 2)
    responses[0].emit('close')
    responses[2].emit('close')
    assert.equal(overload.inFlight, 1, 'what was shed was never counted')
    assert.equal(overload.admits(responses[2]), true)
  })

  it('sheds while the event loop is late, however slowly it turns', async () => {
    const overload = new Overload({ maxLoopDelay: 40 })
    assert.equal(overload.loopDelay, 0)
    overload.admits(new EventEmitter())
    const deadline = Date.now() + 30_000
    const turn = (busy: number): Promise<void> =>
      new Promise((resolve) => {
        const end = Date.now() + busy
        while (Date.now() < end);
        setTimeout(resolve, 1)
      })
    for (const busy of [60, 150, 0]) {
      const wanted = busy === 0
      while (overload.admits(new EventEmitter()) !== wanted) {
        assert.ok(Date.now() < deadline, `never: ${busy} ms per turn, late by ${overload.loopDelay} ms`)
        await turn(busy)
      }
    }
  })

  const bad: [options: unknown, message: RegExp][] = [
    [
      {},
      /^maxLoopDelay: undefined is not valid\. Allowed: a number of milliseconds, unless maxInFlight is given\.$/,
    ],
    [{ maxLoopDelay: 0 }, /^maxLoopDelay: 0 is not valid\. Allowed: a number of milliseconds above 0\.$/],
    [{ maxLoopDelay: '50' }, /^maxLoopDelay: '50'/],
    [{ maxLoopDelay: NaN }, /^maxLoopDelay: NaN/],
    [{ maxInFlight: 1.5 }, /^maxInFlight: 1\.5 is not valid\. Allowed: a whole number from 1\.$/],
    [{ maxInFlight: 1, retryAfter: -1 }, /^retryAfter: -1/],
    [{ maxInFlight: 1, retryAfter: 0.5 }, /^retryAfter: 0\.5/],
    [
      { maxInflight: 1 },
      /^maxInflight: 1 is not an option\. Allowed: one of: maxLoopDelay, maxInFlight, retryAfter\.$/,
    ],
    [undefined, /^options: undefined/],
  ]
  for (const [options, message] of bad)
    it(`refuses ${JSON.stringify(options)}`, () => {
      assert.throws(() => new Overload(options as OverloadOptions), {
        code: 'ERR_CLUSTERED_BAD_OPTION',
        message,
      })
    })
})
