import assert from 'node:assert/strict'
import { describe, it, type TestContext } from 'node:test'
import { balances } from './support/balances.ts'
import { start } from './support/program.ts'
import { get, RawAnswers } from './support/raw-answer.ts'

/** Requests that do not come as 'request' where the app listens for another event. */
const requests: Record<string, (path: string) => string> = {
  checkContinue: (path) => get(path, 'Content-Length: 5\r\nExpect: 100-continue\r\n', '1.1', 'POST'),
  checkExpectation: (path) => get(path, 'Expect: more\r\n'),
  connect: (path) => get(path, '', '1.1', 'CONNECT'),
  upgrade: (path) => get(path, 'Connection: Upgrade\r\nUpgrade: chat\r\n'),
}

for (const balance of balances)
  describe(`a request by another event than 'request' (${balance})`, () => {
    const boot = async (t: TestContext, env = {}): Promise<number> => {
      const options = JSON.stringify({ workers: 1, balance })
      return start(t, 'other-requests.js', { env: { OPTIONS: options, ...env } }).listens()
    }

    for (const [event, make] of Object.entries(requests))
      for (const path of ['/throw', '/crash'])
        it(`is answered with a 500 if it causes an uncaught error, and the others are answered (${event}, ${path})`, async (t) => {
          const port = await boot(t, { LISTENS: '1' })
          const [culprit, other] = [await RawAnswers.open(port), await RawAnswers.open(port)]
          const answer = other.ask(get('/'))
          assert.match(await culprit.ask(make(path)), /^HTTP\/1.1 500 /)
          await culprit.end()
          assert.match(await answer, /other$/)
        })

    it('ends with its connection if its head is sent', async (t) => {
      const port = await boot(t, { LISTENS: '1' })
      const culprit = await RawAnswers.open(port)
      assert.match(await culprit.ask(requests['connect']!('/crash-after-head')), /^HTTP\/1.1 200 Connected/)
      await culprit.end()
    })

    it('is answered by Node where the app does not listen for it', async (t) => {
      const port = await boot(t)
      const ask = async (event: string): Promise<string> =>
        (await RawAnswers.open(port)).ask(requests[event]!('/')).catch(String)
      assert.match(await ask('checkExpectation'), /^HTTP\/1.1 417 /)
      assert.match(await ask('checkContinue'), /^HTTP\/1.1 100 Continue\r\n\r\nHTTP\/1.1 200 /)
      assert.match(await ask('connect'), /^Error: ended after: $/)
    })
  })
