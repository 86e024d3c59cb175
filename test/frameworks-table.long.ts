import assert from 'node:assert/strict'
import { availableParallelism } from 'node:os'
import { describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { folderOf } from './frameworks/project.ts'
import { rows } from './frameworks/rows.ts'
import { tryStart } from './frameworks/try-start.ts'

const command = fileURLToPath(new URL('../../packages/cli/dist/main.js', import.meta.url))

describe(
  'of the table of frameworks, what the workspace has',
  { concurrency: availableParallelism() },
  () => {
    for (const row of rows.filter(({ inCI }) => inCI))
      // By the command: adapters have a suite of their own.
      for (const start of row.starts.filter((each) => (each.command ?? each.by).startsWith('clustered ')))
        it(`${row.framework}, by ${start.by}: nothing is lost, and its own hooks run once`, async (t) => {
          const where = { folder: folderOf(row), command, node: process.execPath, reloads: 1 }
          const { answered, failures, left, drained, faults, output } = await tryStart(row, start, where)
          assert.deepEqual([...failures, ...faults], [], output)
          assert.equal(drained, left, output)
          t.diagnostic(`${answered} answers`)
        })
  },
)
