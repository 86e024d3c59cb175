import assert from 'node:assert/strict'
import { describe, it, type TestContext } from 'node:test'
import { inspect } from 'node:util'
import { usableCpus } from './cpus.ts'
import type { ClusteredOptions } from './options.ts'
import { resolveOptions } from './settings.ts'

const all = usableCpus()

function read(workers: unknown, environment: Record<string, string> = {}, context?: TestContext) {
  for (const name of ['CLUSTERED_WORKERS', 'WEB_CONCURRENCY']) delete process.env[name]
  Object.assign(process.env, environment)
  context?.after(() => Object.keys(environment).forEach((name) => delete process.env[name]))
  const settings = resolveOptions({ workers } as ClusteredOptions)
  return [settings.workers, settings.bounds]
}

describe('the option workers', () => {
  it('is a number, or the bounds of one that begins with the smaller', () => {
    assert.deepEqual(read(0), [0, undefined])
    assert.deepEqual(read(3), [3, undefined])
    assert.deepEqual(read({ min: 2, max: 8 }), [2, { min: 2, max: 8 }])
    assert.deepEqual(read({ min: 1, max: 1 }), [1, { min: 1, max: 1 }])
    assert.deepEqual(read({ min: 1 }), [1, { min: 1, max: all }])
    assert.deepEqual(read({ min: 1, max: undefined }), [1, { min: 1, max: all }])
    assert.deepEqual(read({ min: all + 1 }), [all + 1, { min: all + 1, max: all + 1 }])
  })

  const bad: [workers: unknown, message: RegExp][] = [
    [
      -1,
      /^workers: -1 is not valid\. Allowed: a whole number from 0 \(single mode\) to 1024, or \{ min, max \}\.$/,
    ],
    ['2..8', /^workers: '2\.\.8' is not valid/],
    [true, /^workers: true/],
    [null, /^workers: null is not valid\. Allowed: a whole number .*, or \{ min, max \}\.$/],
    [[2, 8], /^workers: \[ 2, 8 \] is not valid/],
    [{}, /^workers\.min: undefined is not valid\. Allowed: a whole number from 1 to 1024\.$/],
    [{ max: 8 }, /^workers\.min: undefined/],
    [{ min: 0, max: 8 }, /^workers\.min: 0/],
    [{ min: 1.5, max: 8 }, /^workers\.min: 1\.5/],
    [{ min: '2', max: 8 }, /^workers\.min: '2'/],
    [{ min: 2, max: null }, /^workers\.max: null/],
    [{ min: 2, max: Infinity }, /^workers\.max: Infinity/],
    [{ min: 2, max: 8000 }, /^workers\.max: 8000/],
    [
      { min: 8, max: 2 },
      /^workers: \{ min: 8, max: 2 \} is not valid\. Allowed: a max that is not below the min\.$/,
    ],
    [{ min: 2, most: 8 }, /^workers\.most: 8 is not an option\. Allowed: one of: min, max\.$/],
  ]
  for (const [workers, message] of bad)
    it(`is not ${inspect(workers)}`, () =>
      assert.throws(() => read(workers), { code: 'ERR_CLUSTERED_BAD_OPTION', message }))

  it('is what the environment says', (t) => {
    for (const name of ['CLUSTERED_WORKERS', 'WEB_CONCURRENCY']) {
      const from = (text: string): unknown => read(undefined, { [name]: text }, t)
      assert.deepEqual(from('3'), [3, undefined])
      assert.deepEqual(from('2..8'), [2, { min: 2, max: 8 }])
      assert.deepEqual(from('1..max'), [1, { min: 1, max: all }])
      assert.deepEqual(from('1..'), [1, { min: 1, max: all }])
      for (const text of ['many', '2.5', '-1', '2-8', '..8', '2...8', '2..many', ' 2..8'])
        assert.throws(() => from(text), {
          message: `${name}: '${text}' is not valid. Allowed: a whole number from 0 (single mode) to 1024, or such as 2..8.`,
        })
      for (const text of ['0..8', '8..2', '1..2000', '0..'])
        assert.throws(() => from(text), {
          message: `${name}: '${text}' is not valid. Allowed: two whole numbers from 1 to 1024, the smaller one first, such as 2..8.`,
        })
    }
    assert.deepEqual(read(4, { WEB_CONCURRENCY: '2..8' }, t), [4, undefined])
    assert.deepEqual(read({ min: 2, max: 8 }, { CLUSTERED_WORKERS: '4' }, t), [4, undefined])
  })
})
