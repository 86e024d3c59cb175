import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Bounds } from '../../worker-count.ts'
import { seeded } from '../model/world.ts'
import { Capacity, type MemoryNeed } from './capacity.ts'

const minute = 60
const room: MemoryNeed = { worker: 1, free: Infinity }
const small = { min: 1, max: 8 }

interface Day extends Bounds {
  workers: number
  seconds: number
  /** How many workers it would keep busy all of the time, at that second. */
  load: (second: number) => number
  throttledTime?: (second: number) => number
  memory?: MemoryNeed
}

/** Lets the load run into workers that are one more or one fewer as they are said to be. */
function live(day: Day): { steps: { at: number; by: number; to: number }[]; refusals: Set<string> } {
  const { seconds, load, throttledTime = () => 0, memory = room } = day
  const capacity = new Capacity()
  let { workers } = day
  const steps = []
  const refusals = new Set<string>()
  for (let second = 0; second < seconds; second++) {
    const utilization = Math.min(1, Math.max(0, load(second) / workers))
    const sample = { at: second * 1000, workers, utilization, throttledTime: throttledTime(second) }
    const { to, step, refusal } = capacity.judge(sample, day, () => memory) ?? {}
    if (refusal !== undefined) refusals.add(refusal)
    if (to === undefined) continue
    assert.equal(step!.from, workers)
    steps.push({ at: second, by: to - workers, to })
    workers = to
  }
  return { steps, refusals }
}

const changes = (day: Day): number[] => live(day).steps.map(({ by }) => by)

describe('capacity', () => {
  it('grows after ten seconds above 0.8, and shrinks after a minute in which fewer would do', () => {
    const busy = { ...small, workers: 2, load: () => 1.7 }
    assert.deepEqual(changes({ ...busy, seconds: 10 }), [])
    assert.deepEqual(live({ ...busy, seconds: 30 }).steps, [{ at: 10, by: 1, to: 3 }])
    const idle = { ...small, workers: 3, load: () => 1.1 }
    assert.deepEqual(changes({ ...idle, seconds: 60 }), [])
    assert.deepEqual(live({ ...idle, seconds: 10 * minute }).steps, [{ at: 60, by: -1, to: 2 }])
  })

  it('takes one step at a time, with a rest after each', () => {
    const { steps } = live({ ...small, workers: 1, seconds: 10 * minute, load: () => 100 })
    assert.deepEqual(
      steps.map(({ at }) => at),
      [10, 31, 52, 73, 94, 115, 136],
    )
  })

  it('stays between its bounds and rests, whatever the load does', () => {
    for (let seed = 0; seed < 40; seed++) {
      const dice = seeded(seed)
      const min = 1 + Math.floor(dice() * 4)
      const max = min + Math.floor(dice() * 4)
      const workers = min + Math.floor(dice() * (max - min + 1))
      let now = dice() * max
      const load = (): number => (dice() < 0.02 ? (now = dice() * max * 1.5) : now)
      const { steps } = live({ min, max, workers, load, seconds: 20 * minute })
      for (const [index, { at, to }] of steps.entries()) {
        assert.ok(to >= min && to <= max, `seed ${seed}: ${to} of ${min} to ${max}`)
        assert.ok(at - (steps[index - 1]?.at ?? -Infinity) >= 20, `seed ${seed}: two steps at ${at}`)
      }
    }
  })

  it('goes in one direction only under a load that is constant', () => {
    for (let seed = 0; seed < 80; seed++) {
      const dice = seeded(seed)
      const [workers, total] = [1 + Math.floor(dice() * 8), dice() * 10]
      const load = (): number => total * (0.97 + dice() * 0.06)
      const { steps } = live({ ...small, workers, load, seconds: 15 * minute })
      assert.ok(new Set(steps.map(({ by }) => by)).size <= 1, `seed ${seed}: ${JSON.stringify(steps)}`)
    }
  })

  it('follows no load that comes and goes', () => {
    const day = { ...small, workers: 1, seconds: 20 * minute }
    for (const period of [2, 10, 16, 60])
      for (const high of [1, 3, 100]) {
        const by = changes({ ...day, load: (at) => (at % period < period / 2 ? high : 0.1) })
        assert.ok(by.length <= 7 && !by.includes(-1), `every ${period} s to ${high}: ${String(by)}`)
      }
    assert.deepEqual(changes({ ...day, load: (at) => (at % 60 < 8 ? 1 : 0.2) }), [])
  })

  it('overlooks a second that is out of line', () => {
    assert.deepEqual(
      changes({ ...small, workers: 2, seconds: 20, load: (at) => (at === 5 ? 1.4 : 1.8) }),
      [1],
    )
    assert.deepEqual(
      changes({ ...small, workers: 4, seconds: 70, load: (at) => (at === 30 ? 2.1 : 1) }),
      [-1],
    )
  })

  it('does not grow where the CPU quota or the memory has no room, and says so', () => {
    const busy = { ...small, workers: 2, seconds: minute, load: () => 2 }
    const { steps, refusals } = live({ ...busy, throttledTime: (second) => second * 30 })
    assert.deepEqual(steps, [])
    assert.deepEqual(
      [...refusals],
      ['utilization 1.00 over 10 s, and the CPU quota has no room: it held processes up for 270 ms'],
    )
    // One that was short, or long ago.
    assert.equal(live({ ...busy, throttledTime: (second) => second * 9 }).refusals.size, 0)
    assert.deepEqual(
      live({ ...busy, throttledTime: (second) => Math.min(second, 8) * 1000 }).steps.map(({ at }) => at),
      [17],
    )
    const memory = { worker: 80.5 * 1024 ** 2, free: 60.5 * 1024 ** 2 }
    assert.deepEqual(
      [...live({ ...busy, memory }).refusals],
      ['utilization 1.00 over 10 s, and the memory has no room: 60 MiB are free, and a worker takes 81 MiB'],
    )
  })
})
