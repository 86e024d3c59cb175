import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { resolveOptions } from '../settings.ts'
import { fromEnvironment, misspelt } from './environment.ts'
import { fromFile } from './file.ts'
import { sheetOf, withSheet } from './sheet.ts'

const code = 'ERR_CLUSTERED_BAD_OPTION'
const where = 'clustered.config.json: apps[0]'

describe('the environment', () => {
  it('says every option that is a plain value, and counts more than code', () => {
    const sheet = fromEnvironment({
      CLUSTERED_DRAIN_TIMEOUT: '30s',
      CLUSTERED_MAX_MEMORY: '300M',
      CLUSTERED_MIGRATE: 'no',
      CLUSTERED_GOODBYE_QUIET: '50',
      CLUSTERED_WORKERS: '2..8',
      CLUSTERED_HEAP_LIMIT: 'false',
      CLUSTERED_MAX_AGE: '1.5h',
      CLUSTERED_NAME: '007',
      CLUSTERED_SPARES: '',
      CLUSTERED_SLOT: '0',
    })
    const given = { drainTimeout: 5000, goodbye: false as const, reload: { surge: 3 }, spares: 1 }
    const settings = resolveOptions(given, sheet)
    assert.equal(settings.drainTimeout, 30_000)
    assert.equal(settings.maxMemory, 300 * 2 ** 20)
    assert.equal(settings.migrate, false)
    assert.deepEqual(settings.goodbye, { perSecond: 200, quiet: 50 })
    assert.deepEqual(settings.bounds, { min: 2, max: 8 })
    assert.equal(settings.heapLimit, undefined)
    assert.equal(settings.maxAge, 5_400_000)
    assert.equal(settings.name, '007')
    assert.equal(settings.spares, 1)
    assert.deepEqual(settings.reload, { surge: 3, soak: 1000 })
    assert.deepEqual(
      given,
      { drainTimeout: 5000, goodbye: false, reload: { surge: 3 }, spares: 1 },
      'unchanged',
    )
  })

  for (const [name, text, message] of [
    [
      'CLUSTERED_DRAIN_TIMEOUT',
      '30',
      /^CLUSTERED_DRAIN_TIMEOUT: '30' is not valid\. Allowed: 0, or .*; 30 seconds are 30s\.$/,
    ],
    ['CLUSTERED_MAX_AGE', '1e9', /^CLUSTERED_MAX_AGE: '1e9' .*with a unit: 30s, 2m\.$/],
    ['CLUSTERED_MAX_MEMORY', '1M', /^CLUSTERED_MAX_MEMORY: '1M' .*a size from 16M, .*or a share below 1/],
    [
      'CLUSTERED_HEAP_LIMIT',
      '0.5',
      /^CLUSTERED_HEAP_LIMIT: '0\.5' .*a size from 16M, such as 300M or 1\.5G\.$/,
    ],
    ['CLUSTERED_CONTROL', 'maybe', /^CLUSTERED_CONTROL: 'maybe' .*true or false\.$/],
    ['CLUSTERED_BALANCE', 'fair', /^CLUSTERED_BALANCE: 'fair' .*'auto', 'kernel' or 'round-robin'\.$/],
    [
      'CLUSTERED_GOODBYE',
      'yes',
      /^CLUSTERED_GOODBYE: 'yes' .*false; what is in it are options of their own\.$/,
    ],
    ['CLUSTERED_LOGGER', 'pino', /^CLUSTERED_LOGGER: 'pino' .*false; anything else is for code alone\.$/],
    ['CLUSTERED_STICKY', 'yes', /^CLUSTERED_STICKY: 'yes' .*socket\.io\. For sessions of another kind/],
    ['CLUSTERED_MAX_REQUESTS', '1e3', /^CLUSTERED_MAX_REQUESTS: '1e3' .*a whole number from 1\.$/],
  ] as const)
    it(`is refused where ${name} is '${text}'`, () =>
      assert.throws(() => fromEnvironment({ [name]: text }), { code, message }))
})

it('a variable that is misspelt is known by what was probably meant', () => {
  const environment = {
    CLUSTERED_DRAIN_TIMOUT: '5s',
    CLUSTERED_SLOT: '0',
    CLUSTERED_NAME: 'shop',
    DRAIN_TIMEOUT: '1',
  }
  assert.deepEqual(misspelt(environment), [['CLUSTERED_DRAIN_TIMOUT', 'CLUSTERED_DRAIN_TIMEOUT']])
})

describe('a file', () => {
  it('says options as code does, or as flags do', () => {
    const sheet = fromFile(
      {
        drainTimeout: '30s',
        maxMemory: '300M',
        workers: 'max',
        reload: { surge: 2, soak: '2s' },
        goodbye: false,
      },
      where,
    )
    const { drainTimeout, maxMemory, reload, goodbye } = resolveOptions({}, sheet)
    assert.deepEqual(
      { drainTimeout, maxMemory, reload, goodbye },
      { drainTimeout: 30_000, maxMemory: 300 * 2 ** 20, reload: { surge: 2, soak: 2000 }, goodbye: false },
    )
  })

  for (const [given, message] of [
    [
      { drainTimout: 5 },
      /^clustered\.config\.json: apps\[0\]: drainTimout: 5 is not an option; did you mean drainTimeout\?/,
    ],
    [
      { reload: { sock: 5 } },
      /^clustered\.config\.json: apps\[0\]: reload\.sock: 5 is not an option; did you mean soak\?/,
    ],
    [
      { drainTimeout: '30' },
      /^clustered\.config\.json: apps\[0\]: drainTimeout: '30' .*; 30 seconds are 30s\.$/,
    ],
    [{ workers: { min: 0 } }, /^clustered\.config\.json: apps\[0\]: workers\.min: 0 is not valid/],
    [
      { onReady: () => {} },
      /^clustered\.config\.json: apps\[0\]: onReady: .* is for code that is in the workers/,
    ],
    [
      { metrics: { registry: false } },
      /^clustered\.config\.json: apps\[0\]: metrics\.registry: false is for code that is in the workers/,
    ],
    [{ reload: null }, /^clustered\.config\.json: apps\[0\]: reload: null is not valid/],
  ] as const)
    it(`is refused with ${JSON.stringify(given)}`, () =>
      assert.throws(() => fromFile(given, where), { code, message }))
})

it('a sheet has members by themselves, and they go together again', () => {
  const given = {
    reload: { surge: 2, soak: undefined },
    goodbye: false as const,
    workers: { min: 2 },
    name: undefined,
  }
  const sheet = sheetOf(given)
  assert.deepEqual(
    [...sheet],
    [
      ['reload.surge', 2],
      ['goodbye', false],
      ['workers', { min: 2 }],
    ],
  )
  assert.deepEqual(withSheet({ reload: { soak: 50 } }, sheet), {
    reload: { surge: 2, soak: 50 },
    goodbye: false,
    workers: { min: 2 },
  })
})
