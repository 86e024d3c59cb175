/** A thread of the model test: one life after the other, from the seed it is given. */
import { workerData } from 'node:worker_threads'
import { capacityTimes } from '../fleet/capacity.ts'
import { Life } from './life.ts'
import { seeded } from './world.ts'

export interface Lives {
  first: number
  count: number
}

const { first, count } = workerData as Lives
const isOne = count === 1
// Thousands of errors are made here on purpose.
if (!isOne) Error.stackTraceLimit = 0
// A life is short.
Object.assign(capacityTimes, { busy: 1000, idle: 2000, rest: 0 })

void liveAll()

/** What it throws ends the thread, and is the thread's error. */
async function liveAll(): Promise<void> {
  for (let seed = first; seed < first + count; seed++) {
    // What the code under test leaves to chance comes from the seed, too.
    Math.random = seeded(seed ^ 0x5bd1e995)
    const life = new Life(seed, isOne)
    try {
      await life.live()
    } catch (error) {
      const story = isOne ? `\n${life.story.join('\n')}` : ' (with SEED it tells its story)'
      throw new Error(`SEED=${seed}: ${(error as Error).message}${story}`, { cause: error })
    }
  }
}
