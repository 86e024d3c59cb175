import assert from 'node:assert/strict'
import { it } from 'node:test'
import { backoff, delayAfterDeath } from './backoff.ts'

it('the backoff begins with none, doubles from 100 ms, ends at 30 s, and takes up to a quarter off', () => {
  const delays = [0, 1, 2, 3, 9, 10, 500]
  assert.deepEqual(
    delays.map((failures) => backoff(failures, () => 0)),
    [0, 100, 200, 400, 25_600, 30_000, 30_000],
  )
  assert.equal(
    backoff(500, () => 1),
    22_500,
  )
})

it('a worker that had been ready is replaced at once, and after a series of deaths within a second', () => {
  const delays = [1, 2, 3, 4, 5, 6, 500]
  assert.deepEqual(
    delays.map((deaths) => delayAfterDeath(deaths, () => 0)),
    [0, 100, 200, 400, 800, 1000, 1000],
  )
})
