import assert from 'node:assert/strict'
import { describe, it, type TestContext } from 'node:test'
import { Lifecycle } from './lifecycle.ts'

const never = new Promise<never>(() => {})

/** A lifecycle, and what it and its hooks have said so far. */
function make(t: TestContext): { lifecycle: Lifecycle; said: string[]; say: (word: string) => () => void } {
  t.mock.method(console, 'error', () => {})
  const said: string[] = []
  const say = (word: string) => () => void said.push(word)
  return { lifecycle: new Lifecycle((problem) => said.push(problem)), said, say }
}

describe('a lifecycle', () => {
  it('has its order: onDrain and the servers, held work, onShutdown', async (t) => {
    const { lifecycle, said, say } = make(t)
    lifecycle.add({ onDrain: say('onDrain'), onShutdown: say('onShutdown') })
    let finish = (): void => {}
    lifecycle.hold(new Promise<void>((resolve) => (finish = resolve)).then(say('held')))
    await lifecycle.end(60_000, () => Promise.resolve().then(say('drained')).then(finish))
    assert.deepEqual(said, ['onDrain', 'drained', 'held', 'onShutdown'])
  })

  it('closes each app once, after held work and before onShutdown, whatever becomes of it', async (t) => {
    const { lifecycle, said, say } = make(t)
    const close = (app: string, signal?: string): unknown => {
      said.push(`${app} ${signal}`)
      if (app === 'bad') throw new Error('no')
      return app === 'slow' ? never : undefined
    }
    for (const app of ['good', 'bad', 'slow', 'good'] as const)
      lifecycle.addApp(app, { accepts: 'an app', close })
    lifecycle.addApp('without', { accepts: 'an app' })
    lifecycle.add({ onShutdown: say('onShutdown') })
    lifecycle.hold(Promise.resolve().then(say('held')))
    await lifecycle.end(20, async () => {}, { signal: 'SIGTERM' })
    assert.deepEqual(said.slice(0, 5), [
      'held',
      'good SIGTERM',
      'bad SIGTERM',
      'the close of an app failed: Error: no',
      'slow SIGTERM',
    ])
    assert.match(said[5]!, /^the close of an app has not ended after \d+ ms: it is left behind$/)
    assert.deepEqual(said.slice(6), ['onShutdown'])
  })

  it('runs the same hooks once, and others each', async (t) => {
    const { lifecycle, said, say } = make(t)
    const hooks = { onReady: say('ready'), onShutdown: say('one') }
    lifecycle.add(hooks)
    lifecycle.add(hooks)
    lifecycle.add({ onShutdown: say('two') })
    lifecycle.ready(hooks)
    lifecycle.ready(hooks)
    await lifecycle.end(60_000, async () => {})
    assert.deepEqual(said, ['ready', 'one', 'two'])
  })

  it('begins no onReady once it ends', async (t) => {
    const { lifecycle, said, say } = make(t)
    const hooks = { onReady: say('ready') }
    lifecycle.add(hooks)
    await lifecycle.end(60_000, async () => lifecycle.ready(hooks))
    assert.deepEqual(said, [])
  })

  it('names an onReady that keeps onDrain waiting, and runs onShutdown all the same', async (t) => {
    const { lifecycle, said, say } = make(t)
    const hooks = { onReady: () => never, onDrain: say('onDrain'), onShutdown: say('onShutdown') }
    lifecycle.add(hooks)
    lifecycle.ready(hooks)
    await lifecycle.end(20, async () => {})
    assert.match(said[0]!, /^onReady has not ended after \d+ ms: it is left behind$/)
    assert.deepEqual(said.slice(1), ['onShutdown'])
  })

  it('reports what throws, rejects or does not end, and goes on', async (t) => {
    const { lifecycle, said } = make(t)
    const onDrain = (): void => {
      throw new TypeError('no')
    }
    lifecycle.add({ onDrain, onShutdown: () => never })
    lifecycle.add({ onShutdown: () => Promise.reject(new Error('also no')) })
    lifecycle.hold(never)
    await lifecycle.end(20, async () => {})
    assert.deepEqual(said, [
      'onDrain failed: TypeError: no',
      'held work has not ended by drainTimeout: 1 promise is left behind',
      'onShutdown failed: Error: also no',
      'onShutdown has not ended after 1000 ms: it is left behind',
    ])
  })
})
