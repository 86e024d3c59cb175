import assert from 'node:assert/strict'
import { it } from 'node:test'
import { inspect } from 'node:util'
import { toLine, toReport, toWords } from './thrown.ts'

function refuse(): never {
  throw new Error('looked at')
}

function withProperties(properties: PropertyDescriptorMap): Error {
  return Object.defineProperties(new Error('plain'), properties)
}

const everyTrap = Object.fromEntries(
  Object.getOwnPropertyNames(Reflect).map((trap) => [trap, refuse]),
) as ProxyHandler<object>
const cyclic: { self?: object } = {}
cyclic.self = cyclic
const revoked = Proxy.revocable({}, {})
revoked.revoke()

const odd: Record<string, unknown> = {
  null: null,
  undefined,
  'an empty string': '',
  'a number': 0,
  'a BigInt': 1n,
  'a Symbol': Symbol('s'),
  'a function': refuse,
  'an object without a prototype': Object.create(null),
  'a Proxy whose traps throw': new Proxy({}, everyTrap),
  'a Proxy of an error': new Proxy(new Error('inside'), everyTrap),
  'a function behind a Proxy': new Proxy(refuse, everyTrap),
  'a revoked Proxy': revoked.proxy,
  'a cyclic object': cyclic,
  'a toString that throws': { toString: refuse, [Symbol.toPrimitive]: refuse },
  'an inspect.custom that throws': { [inspect.custom]: refuse },
  'an error with an inspect.custom that throws': withProperties({ [inspect.custom]: { value: refuse } }),
  'a message that is a BigInt': withProperties({ message: { value: 1n } }),
  'a message that is an object without a prototype': withProperties({
    message: { value: Object.create(null) },
  }),
  'a name that is a Symbol': withProperties({ name: { value: Symbol('name') } }),
  'getters that throw': withProperties({
    // First, since V8 formats the stack when it is replaced.
    stack: { get: refuse },
    name: { get: refuse },
    message: { get: refuse },
    code: { get: refuse },
    cause: { get: refuse },
    toString: { get: refuse },
    constructor: { get: refuse },
  }),
  'a stack that is no text': withProperties({ stack: { value: 5n } }),
  'a stack that is an object': withProperties({ stack: { value: { toString: refuse } } }),
  'an error without a prototype': Object.setPrototypeOf(new Error('bare'), null),
}

for (const [what, thrown] of Object.entries(odd))
  it(`has words for ${what}`, () => {
    const { code, ...texts } = toWords(thrown)
    assert.ok(code === undefined || typeof code === 'string')
    for (const [key, text] of Object.entries(texts)) assert.equal(typeof text, 'string', key)
    assert.deepEqual(JSON.parse(JSON.stringify(texts)), texts)
    assert.doesNotMatch(toLine(thrown), /\n/)
    assert.notEqual(toReport(thrown), '')
  })

it('says no more than a channel should carry', () => {
  const error = Object.assign(new Error('x'.repeat(10_000_000)), { code: 'y'.repeat(10_000_000) })
  assert.ok(JSON.stringify(toWords(error)).length < 30_000)
  assert.ok(toReport(error).length < 70_000)
  assert.match(toLine(error), /^Error: x{2000}\.\.\. \(9998000 characters more\)$/)
})

it('leaves an ordinary error as it is', () => {
  const error = Object.assign(new TypeError('bad'), { code: 'ERR_BAD' })
  assert.deepEqual(toWords(error), { name: 'TypeError', message: 'bad', code: 'ERR_BAD', stack: error.stack })
  assert.equal(toLine(error), 'TypeError: bad')
  assert.equal(toReport(error), inspect(error))
})
