import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { usableCpus } from './cpus.ts'
import type { ClusteredOptions } from './options.ts'
import { resolveOptions } from './settings.ts'

describe('options', () => {
  it('have defaults', () => {
    delete process.env['WEB_CONCURRENCY']
    const { workers, bootTimeout, drainTimeout, surge, soak, balance, crash } = resolveOptions()
    assert.deepEqual(
      { workers, bootTimeout, drainTimeout, surge, soak, balance, crash },
      {
        workers: usableCpus(),
        bootTimeout: 30_000,
        drainTimeout: 10_000,
        surge: 1,
        soak: 1000,
        balance: 'auto',
        crash: 'contain',
      },
    )
  })

  const bad: [options: unknown, message: RegExp][] = [
    [
      { workers: -1 },
      /^workers: -1 is not valid\. Allowed: a whole number from 0 \(single mode\) to 1024\.$/,
    ],
    [{ workers: 1.5 }, /^workers: 1\.5/],
    [{ workers: '4' }, /^workers: '4' is not valid/],
    [{ workers: 8000 }, /^workers: 8000/],
    [{ bootTimeout: 0 }, /^bootTimeout: 0 is not valid\. Allowed: a whole number from 1 to 2147483647\.$/],
    [{ drainTimeout: Infinity }, /^drainTimeout: Infinity/],
    [{ shutdownDelay: -1 }, /^shutdownDelay: -1/],
    [{ onDrain: 'close' }, /^onDrain: 'close' is not valid\. Allowed: a function\.$/],
    [{ onShutdown: null }, /^onShutdown: null/],
    [{ balance: 'fair' }, /^balance: 'fair' is not valid\. Allowed: 'auto', 'kernel' or 'round-robin'\.$/],
    [{ crash: 'ignore' }, /^crash: 'ignore'/],
    [{ reload: { surge: 0 } }, /^reload\.surge: 0/],
    [{ reload: { soak: -5 } }, /^reload\.soak: -5/],
    [{ reload: 3 }, /^reload: 3 is not valid/],
    [{ reload: { sock: 3 } }, /^reload\.sock: 3 is not an option\. Allowed: one of: surge, soak\.$/],
    [{ env: { A: 'b' } }, /^env: \[object Object\] is not valid\. Allowed: a function/],
    [
      { logger: true },
      /^logger: true is not valid\. Allowed: false, or an object with the methods info, warn and error\.$/,
    ],
    [{ wokers: 4 }, /^wokers: 4 is not an option\. Allowed: one of: workers, /],
    [null, /^options: null is not valid\. Allowed: an object\.$/],
  ]
  for (const [options, message] of bad)
    it(`refuse ${JSON.stringify(options)}, with the name, the value and what is allowed`, () => {
      assert.throws(() => resolveOptions(options as ClusteredOptions), {
        code: 'ERR_CLUSTERED_BAD_OPTION',
        message,
      })
    })

  it('take the number of workers from WEB_CONCURRENCY, and check it', (t) => {
    t.after(() => delete process.env['WEB_CONCURRENCY'])
    process.env['WEB_CONCURRENCY'] = '3'
    assert.equal(resolveOptions().workers, 3)
    assert.equal(resolveOptions({ workers: 2 }).workers, 2)
    process.env['WEB_CONCURRENCY'] = 'many'
    assert.throws(() => resolveOptions(), { message: /^WEB_CONCURRENCY: 'many' is not valid/ })
  })
})
