import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { parseListenArguments } from './listen.ts'

describe('listen arguments', () => {
  const callback = () => {}
  const cases: [args: unknown[], options: object, callback?: typeof callback][] = [
    [[], { port: 0 }],
    [[undefined], { port: 0 }],
    [[undefined, callback], { port: 0 }, callback],
    [[callback], { port: 0 }, callback],
    [[8000], { port: 8000 }],
    [['8000'], { port: 8000 }],
    [[8000, callback], { port: 8000 }, callback],
    [[8000, '::1'], { port: 8000, host: '::1' }],
    [[8000, '::1', 5, callback], { port: 8000, host: '::1', backlog: 5 }, callback],
    [[8000, undefined, callback], { port: 8000 }, callback],
    [[8000, 5, callback], { port: 8000, backlog: 5 }, callback],
    [['/run/app.sock'], { path: '/run/app.sock' }],
    [['/run/app.sock', 5, callback], { path: '/run/app.sock', backlog: 5 }, callback],
    [[{ port: 1, host: 'a' }, callback], { port: 1, host: 'a' }, callback],
  ]
  for (const [args, options, expected] of cases)
    it(`(${args.map((arg) => (typeof arg === 'function' ? 'callback' : JSON.stringify(arg))).join(', ')})`, () =>
      assert.deepEqual(parseListenArguments(args), { options, callback: expected }))

  it('keep the signal from Node, which would close one server', () => {
    const { signal } = new AbortController()
    assert.deepEqual(parseListenArguments([{ port: 1, signal }]), {
      options: { port: 1 },
      callback: undefined,
      signal,
    })
    for (const wrong of [null, true, {}])
      assert.throws(() => parseListenArguments([{ port: 1, signal: wrong }]), {
        code: 'ERR_CLUSTERED_BAD_LISTEN',
        message: /^listen: signal: .* is none; give the signal of an AbortController\.$/,
      })
  })

  it('refuse a handle', () => {
    assert.throws(() => parseListenArguments([{ fd: 3, handle: {} }]), { code: 'ERR_CLUSTERED_BAD_LISTEN' })
  })
})
