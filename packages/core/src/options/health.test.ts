import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { ClusteredOptions } from '../options.ts'
import { neededSlots } from '../health/ready-when.ts'
import { resolveOptions } from '../settings.ts'
import { fromEnvironment } from './environment.ts'
import { withSheet } from './sheet.ts'

const token = 'sixteen-characters'
const resolve = (options: ClusteredOptions, environment: Record<string, string> = {}): object | false => {
  const { admin } = resolveOptions(options, fromEnvironment(environment))
  // Without what is not there.
  return admin && (JSON.parse(JSON.stringify(admin)) as object)
}

describe('the option admin', () => {
  it('is a port, a path or an object, and from several sources what all of them say', () => {
    assert.equal(resolve({}), false)
    assert.deepEqual(resolve({ admin: 9000 }), { port: 9000 })
    assert.deepEqual(resolve({ admin: './admin.sock' }), { path: './admin.sock' })
    assert.deepEqual(resolve({ admin: { port: 1, token } }, { CLUSTERED_ADMIN: '2' }), { port: 2, token })
    assert.deepEqual(resolve({ admin: { port: 1, token } }, { CLUSTERED_ADMIN: '/a.sock' }), {
      path: '/a.sock',
      token,
    })
    assert.deepEqual(
      resolve({ admin: 9000 }, { CLUSTERED_ADMIN_TOKEN: token, CLUSTERED_ADMIN_HOSTS: 'a.example, b' }),
      { port: 9000, token, hosts: ['a.example', 'b'] },
    )
    assert.equal(resolve({ admin: { port: 1, token } }, { CLUSTERED_ADMIN: 'false' }), false)
    // As the layers of a command line come: the environment, then flags.
    const layers = [
      new Map<string, unknown>([['admin.token', token]]),
      new Map<string, unknown>([
        ['admin', 9000],
        ['admin.host', '::1'],
      ]),
    ]
    assert.deepEqual(resolve(layers.reduce<ClusteredOptions>(withSheet, {})), {
      port: 9000,
      host: '::1',
      token,
    })
  })

  const bad: [options: unknown, message: RegExp][] = [
    [{ admin: true }, /^admin: true is not valid\. Allowed: false, a port such as 9000/],
    [{ admin: '9000' }, /^admin: '9000'/],
    [{ admin: null }, /^admin: null/],
    [{ admin: 70_000 }, /^admin\.port: 70000/],
    [{ admin: { port: 1, path: '/x' } }, /^admin\.path: '\/x' is given beside a port/],
    [{ admin: { prot: 1 } }, /^admin\.prot: 1 is not an option; did you mean port\?/],
    [{ admin: { port: 1, host: 'a b' } }, /^admin\.host: 'a b'/],
    [{ admin: { port: 1, hosts: 'a' } }, /^admin\.hosts: 'a'/],
    [
      { admin: { port: 1, token: 'short-one' } },
      /^admin\.token: what is given is no token, and is not shown/,
    ],
    [{ admin: { port: 1, token: 'with spaces in between' } }, /^admin\.token: what is given/],
    [{ readyWhen: 0 }, /^readyWhen: 0 .*from 1, or a share/],
    [{ readyWhen: '0%' }, /^readyWhen: '0%'/],
    [{ readyWhen: '101%' }, /^readyWhen: '101%'/],
    [{ readyWhen: 0.5 }, /^readyWhen: 0\.5/],
    [{ checks: [] }, /^checks: \[\] .*an object of up to 64 functions/],
    [{ checks: { 'a b': () => true } }, /^checks: 'a b' is not a name for a check/],
    [{ checks: { db: true } }, /^checks\.db: true .*a function/],
    [{ checkTimeout: 1 }, /^checkTimeout: 1 .*1 s are 1000/],
  ]
  for (const [options, message] of bad)
    it(`refuses ${JSON.stringify(options)}`, () => {
      assert.throws(() => resolveOptions(options as object, new Map()), { message })
    })
})

it('readyWhen is a number of slots, of which there may be fewer, or a share of them', () => {
  const cases = [
    [1, 4, 1],
    [4, 2, 2],
    [3, 0, 1],
    ['50%', 3, 2],
    ['100%', 4, 4],
    ['1%', 4, 1],
    ['50%', 0, 1],
  ] as const
  for (const [readyWhen, slots, needed] of cases) assert.equal(neededSlots(readyWhen, slots), needed)
})
