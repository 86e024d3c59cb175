import assert from 'node:assert/strict'
import { describe, it, type TestContext } from 'node:test'
import { get } from './support/http.ts'
import { start } from './support/program.ts'

/** An app with a handler of its own, with one request under way. */
async function startApp(t: TestContext, handler: string, options = {}) {
  const program = start(t, 'error-handlers.js', {
    env: { HANDLER: handler, OPTIONS: JSON.stringify({ workers: 1, ...options }) },
  })
  const port = await program.listens()
  const [worker] = program.workers()
  const slow = get(port, '/slow')
  slow.catch(() => {})
  await program.sees(/slow request begins/)
  return {
    program,
    port,
    /** The other request is answered, and this is how its worker ends. */
    async ends(code: number, message: string) {
      assert.equal((await slow).body, 'slow')
      await program.sees(new RegExp(`pid ${worker}\\) is gone: exit code ${code}, Error: ${message}`))
    },
    async livesOn() {
      assert.equal((await slow).body, 'slow')
      assert.equal(Number((await get(port, '/pid')).body), worker)
    },
    /** With its stack, and only once. */
    logsOnce(message: string) {
      const logged = program.output.match(new RegExp(`^.*Error: ${message}\\n {4}at `, 'gm'))
      assert.equal(logged?.length, 1, program.output)
    },
  }
}

describe("an uncaught error, with the app's own handler", () => {
  for (const handler of ['logs', 'logs a line'])
    it(`leaves the worker where the handler ${handler}; its client gets a 500`, async (t) => {
      const app = await startApp(t, handler)
      assert.equal((await get(app.port, '/timer')).status, 500)
      assert.equal((await get(app.port, '/sync')).status, 500)
      await app.livesOn()
      app.logsOnce('from a timer')
      app.logsOnce('from the listener')
    })

  for (const [handler, code] of [
    ['ends at once', 3],
    ['ends later', 4],
    ['ends from elsewhere', 4],
    ['closes before it ends', 5],
  ] as const)
    it(`ends the worker when it has drained, where the handler ${handler}`, async (t) => {
      const app = await startApp(t, handler)
      assert.equal((await get(app.port, '/timer')).status, 500)
      await app.ends(code, 'from a timer')
      app.logsOnce('from a timer')
    })

  for (const [handler, second] of [
    ['throws', 'of the handler'],
    ['monitor throws', 'of the monitor'],
  ] as const)
    it(`is contained with what the handler adds to it (${handler})`, async (t) => {
      const app = await startApp(t, handler)
      assert.equal((await get(app.port, '/timer')).status, 500)
      await app.ends(1, second)
      app.logsOnce('from a timer')
      app.logsOnce(second)
    })

  for (const handler of ['answers', 'answers in parts'])
    it(`is answered by the handler that ${handler}`, async (t) => {
      const app = await startApp(t, handler)
      assert.equal((await get(app.port, '/timer')).body, 'handled: from a timer')
      await app.livesOn()
      app.logsOnce('from a timer')
    })

  it('does not cut an answer that has begun, if the app lives on', async (t) => {
    const app = await startApp(t, 'logs')
    assert.equal((await get(app.port, '/begun')).body, 'begun, ended')
  })

  it("is the business of 'unhandledRejection', if the app has that", async (t) => {
    const app = await startApp(t, 'ends on rejections')
    assert.equal((await get(app.port, '/reject')).status, 500)
    await app.ends(8, 'rejected')
    app.logsOnce('rejected')
  })

  it('is contained where the app has removed every listener', async (t) => {
    const app = await startApp(t, 'removes the others')
    assert.equal((await get(app.port, '/timer')).status, 500)
    await app.ends(1, 'from a timer')
  })

  it('has no handler but those of the app', async (t) => {
    const none = await startApp(t, 'none')
    assert.equal((await get(none.port, '/counts')).body, '[0,0,0,0,0,0]')
  })

  it("is Node's own business with crash: 'exit'", async (t) => {
    const program = start(t, 'error-handlers.js', {
      env: { HANDLER: 'ends at once', OPTIONS: JSON.stringify({ workers: 1, crash: 'exit' }) },
    })
    const port = await program.listens()
    await assert.rejects(get(port, '/timer'), { code: 'ECONNRESET' })
    await program.sees(/is gone: exit code 3/)
    await assert.rejects(get(port, '/exit'), { code: 'ECONNRESET' })
  })
})

describe('an error that the app catches in another way', () => {
  it('goes to its capture callback, and nowhere else', async (t) => {
    const app = await startApp(t, 'captures')
    const unanswered = get(app.port, '/timer').catch(() => {})
    await app.program.sees(/captured from a timer/)
    await app.livesOn()
    assert.doesNotMatch(app.program.output, /Error: from a timer/)
    await app.program.dispose()
    await unanswered
  })

  it('goes to its domain, and nowhere else', async (t) => {
    const app = await startApp(t, 'none')
    assert.equal((await get(app.port, '/domain')).body, 'domain has: in a domain')
    assert.equal((await get(app.port, '/in-a-domain')).body, 'false')
    await app.livesOn()
    assert.doesNotMatch(app.program.output, /Error: in a domain/)
  })

  for (const [route, message] of [
    ['/domain-fails', 'of the domain'],
    ['/domain-without-handler', 'in a bare domain'],
  ] as const)
    it(`is contained where its domain does not catch it (${route})`, async (t) => {
      const app = await startApp(t, 'none')
      assert.equal((await get(app.port, route)).status, 500)
      await app.ends(1, 'in a')
      app.logsOnce(message)
    })
})

describe('an error reporter (@sentry/node)', () => {
  for (const [route, message] of [
    ['/timer', 'from a timer'],
    ['/sync', 'from the listener'],
  ] as const)
    it(`has the error, as have the log and the client (${route})`, async (t) => {
      const app = await startApp(t, 'sentry')
      assert.equal((await get(app.port, route)).status, 500)
      await app.program.sees(new RegExp(`sentry has: ${message}`))
      await app.ends(1, message)
      app.logsOnce(message)
    })
})

describe('an app that has replaced', () => {
  for (const what of ['replaces emit', 'replaces send', 'deletes send'])
    it(`a part of the channel (${what}) drains as ever`, async (t) => {
      const app = await startApp(t, what, { balance: 'round-robin' })
      for (let reload = 0; reload < 3; reload++) {
        const since = app.program.output.length
        app.program.kill('SIGHUP')
        assert.match((await get(app.port, '/pid')).body, /^\d+$/)
        await app.program.sees(/reload done/, since)
      }
      await app.program.sees(/(is gone: drained[^]*){3}/)
      assert.doesNotMatch(app.program.output, /killed|sent by the app/)
    })
})

it('closes the cluster from a route that waits for it', async (t) => {
  const app = await startApp(t, 'none')
  assert.equal((await get(app.port, '/close')).body, 'closed')
  assert.equal(await app.program.ends(), 0)
})
