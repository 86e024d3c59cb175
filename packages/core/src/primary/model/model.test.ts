/**
 * Random lives of a cluster, each from a seed, in a world of the model's own:
 * no process, no socket, no second passes. Whatever happens, in whatever
 * order, what `Life` checks must hold.
 *
 * SEED=n runs the one life that failed, and has it tell its story; LIVES=n
 * runs so many.
 */
import { once } from 'node:events'
import { availableParallelism } from 'node:os'
import { it } from 'node:test'
import { Worker as Thread } from 'node:worker_threads'
import type { Lives } from './lives.ts'

const { SEED, LIVES = SEED ? '1' : '2000' } = process.env
const threads = SEED ? 1 : availableParallelism()
const count = Math.ceil(Number(LIVES) / threads)

it(`${LIVES} random lives of a cluster each end as they must`, async (t) => {
  const first = Number(SEED ?? Math.floor(Math.random() * 2 ** 31))
  t.diagnostic(`the first seed is ${first}`)
  await Promise.all(
    Array.from({ length: threads }, async (_, index) => {
      const workerData = { first: first + index * count, count } satisfies Lives
      // Rejects with the thread's error.
      await once(new Thread(require.resolve('./lives.js'), { workerData }), 'exit')
    }),
  )
})
