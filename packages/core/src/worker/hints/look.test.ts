import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { lookForHints } from './look.ts'
import type { Program } from './signatures.ts'

type Class = new () => Record<string, (...args: unknown[]) => unknown>

/** Loads a module as if it were that file of a package. */
function load(t: TestContext, file: string, code: string): Record<string, Class> {
  const folder = mkdtempSync(path.join(tmpdir(), 'hints-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const name = path.join(folder, 'node_modules', file)
  mkdirSync(path.dirname(name), { recursive: true })
  writeFileSync(name, code)
  return createRequire(name)(name) as Record<string, Class>
}

const plain: Program = { sticky: undefined, leads: false }

function look(program: Partial<Program> = {}): string[] {
  const told: string[] = []
  lookForHints(
    () => ({ ...plain, ...program }),
    (hint) => told.push(hint),
  )
  return told
}

const memoryStore = 'module.exports = class MemoryStore { set(id) { return [this.constructor.name, id] } }'

describe('lookForHints', () => {
  it('tells of what is used, once, and leaves the method as it was', (t) => {
    const Store = load(t, 'express-session/session/memory.js', memoryStore) as unknown as Class
    const before = Store.prototype.set
    const told = look()
    assert.notEqual(Store.prototype.set, before)
    assert.deepEqual(told, [], 'that it is loaded says nothing')
    assert.deepEqual(
      [new Store().set!('a'), new Store().set!('b')],
      [
        ['MemoryStore', 'a'],
        ['MemoryStore', 'b'],
      ],
    )
    assert.deepEqual(told, ['express-session'])
    assert.equal(Store.prototype.set, before)
  })

  it('leaves alone what somebody else has put around it since', (t) => {
    const Store = load(t, 'express-session/session/memory.js', memoryStore) as unknown as Class
    const told = look()
    const ours = Store.prototype.set
    const theirs = function (this: object, id: string): unknown {
      return Reflect.apply(ours, this, [id])
    }
    Store.prototype.set = theirs
    assert.deepEqual(new Store().set!('a'), ['MemoryStore', 'a'])
    assert.equal(Store.prototype.set, theirs)
    assert.deepEqual(told, ['express-session'])
  })

  it('says nothing of sessions whose requests are brought to them', (t) => {
    const Store = load(t, 'express-session/session/memory.js', memoryStore) as unknown as Class
    const told = look({ sticky: 'function' })
    new Store().set!('a')
    assert.deepEqual(told, [])
  })

  it('tells a store in memory from others by what it is called', (t) => {
    const code = 'exports.Store = class { createSession() {} }'
    const { Store } = load(t, 'express-session/session/store.js', code)
    const told = look()
    new (class RedisStore extends Store! {})().createSession!()
    assert.deepEqual(told, [])
    new (class LruMemoryStore extends Store! {})().createSession!()
    assert.deepEqual(told, ['express-session'])
  })

  it('tells polling from WebSockets', (t) => {
    const code = 'exports.Server = class { handshake() {} }'
    const { Server } = load(t, 'engine.io/build/server.js', code)
    const told = look()
    new Server!().handshake!('websocket')
    assert.deepEqual(told, [])
    new Server!().handshake!('polling')
    assert.deepEqual(told, ['socket.io polls'])
  })

  it('tells an adapter for several processes from one in memory', (t) => {
    const code = 'exports.Adapter = class Adapter { broadcast() {} }'
    const { Adapter } = load(t, 'socket.io-adapter/dist/in-memory-adapter.js', code)
    const told = look()
    new (class ClusterAdapter extends Adapter! {})().broadcast!()
    assert.deepEqual(told, [])
    new Adapter!().broadcast!()
    assert.deepEqual(told, ['socket.io broadcasts'])
  })

  it('tells of a job that runs where nobody leads, and not of others', (t) => {
    const code = 'exports.CronJob = class { fireOnTick() {} }'
    const { CronJob } = load(t, 'cron/dist/job.js', code)
    const leading = look({ leads: true })
    new CronJob!().fireOnTick!()
    assert.deepEqual(leading, [])
    const told = look()
    new CronJob!().fireOnTick!()
    assert.deepEqual(told, ['cron'])
  })

  it('gives up after many calls that say nothing, and bears objects of any kind', (t) => {
    const code = 'exports.Adapter = class Adapter { broadcast() { return 1 } }'
    const { Adapter } = load(t, 'socket.io-adapter/dist/in-memory-adapter.js', code)
    const before = Adapter!.prototype.broadcast
    const told = look()
    const odd = Object.create(null, { broadcast: { value: Adapter!.prototype.broadcast } }) as {
      broadcast: () => unknown
    }
    for (let calls = 0; calls < 1000; calls++) assert.equal(odd.broadcast(), 1)
    assert.equal(Adapter!.prototype.broadcast, before)
    assert.deepEqual(told, [])
  })
})
