import assert from 'node:assert/strict'
import { afterEach, it } from 'node:test'
import { interceptEmit } from './process-emit.ts'

const seen: unknown[][] = []
const name = 'clustered-test'
interceptEmit(name, (args, pass) => {
  seen.push([...args])
  return pass()
})
const bare = Reflect.get(process, 'emit')

afterEach(() => {
  seen.length = 0
  process.emit = bare
  process.removeAllListeners(name)
})

function emit(...args: unknown[]): boolean {
  return Reflect.apply(Reflect.get(process, 'emit'), process, [name, ...args]) as boolean
}

it('comes first, once, with every argument, however often emit is wrapped', () => {
  const heard: unknown[] = []
  process.on(name, (value) => heard.push(value))
  for (let wrapper = 0; wrapper < 3; wrapper++) {
    const inner = Reflect.get(process, 'emit') as (...args: unknown[]) => boolean
    process.emit = ((event: string, value: unknown) => inner.call(process, event, value)) as never
  }
  assert.equal(emit(1, 2, 3), true)
  assert.deepEqual(seen, [[1, 2, 3]])
  assert.deepEqual(heard, [1])
})

it('lets a wrapper be taken off again', () => {
  const before = Reflect.get(process, 'emit')
  process.emit = (() => true) as never
  assert.equal(emit(), true)
  process.emit = before
  assert.equal(Reflect.get(process, 'emit'), before)
  assert.equal(emit(), false)
  assert.equal(seen.length, 2)
})

it('adds no listener', () => {
  assert.equal(process.listenerCount(name), 0)
  assert.equal(emit(), false)
})

it('is there again when the property was redefined or deleted', () => {
  Object.defineProperty(process, 'emit', { value: () => false, configurable: true, writable: true })
  interceptEmit(name, () => true)
  assert.equal(emit(), true)
  Reflect.deleteProperty(process, 'emit')
  interceptEmit(name, () => true)
  assert.equal(emit(), true)
})
