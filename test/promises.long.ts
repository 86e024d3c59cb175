import assert from 'node:assert/strict'
import http from 'node:http'
import { describe, it } from 'node:test'
import { get } from './support/http.ts'
import { start } from './support/program.ts'

/** What the calls of the program came to, in the order in which it printed them. */
async function outcomes(program: ReturnType<typeof start>, calls: number): Promise<string[]> {
  const all = () => [...program.output.matchAll(/^settled: (.*)$/gm)].map(([, outcome]) => outcome!)
  await program.until(() => all().length >= calls, `${calls} outcomes`)
  return all()
}

describe('every promise of the cluster settles', () => {
  const closing = 'ERR_CLUSTERED_CLOSING'
  const scripts: Record<string, string[]> = {
    // Each call in turn, none awaited; and how each ends.
    'reload,close': [`close ok`, `ready ${closing}`, `reload ${closing}`],
    'reload,reload,scale,close,close': [
      'close ok',
      'close ok',
      `ready ${closing}`,
      `reload ${closing}`,
      `reload ${closing}`,
      `scale ${closing}`,
    ],
    close: ['close ok', `ready ${closing}`],
    'ready!,reload,reload,scale,close': [
      'close ok',
      'ready ok',
      `reload ${closing}`,
      `reload ${closing}`,
      `scale ${closing}`,
    ],
    'ready!,close,reload,scale': ['close ok', 'ready ok', `reload ${closing}`, `scale ${closing}`],
    'ready!,scale,reload': ['ready ok', 'reload ok', 'scale ok'],
    'ready!,close!,close,reload': ['close ok', 'close ok', 'ready ok', `reload ${closing}`],
  }
  for (const [script, expected] of Object.entries(scripts))
    it(script, async (t) => {
      const program = start(t, 'promises.js', { env: { SCRIPT: script } })
      assert.deepEqual((await outcomes(program, expected.length)).toSorted(), expected)
      if (script.includes('close')) assert.equal(await program.ends(), 0)
    })

  it('when a signal stops it during the first boot, which logs no error', async (t) => {
    const program = start(t, 'promises.js', { env: { SCRIPT: 'reload,scale', BOOT_TIME: '60000' } })
    await program.sees(/booting/)
    program.kill('SIGTERM')
    assert.equal(await program.ends(), 0)
    assert.match(program.output, new RegExp(`callback: ${closing}`))
    assert.equal(program.output.match(new RegExp(`settled: (reload|scale|ready) ${closing}`, 'g'))?.length, 3)
    assert.doesNotMatch(program.output, /error:/)
  })

  it('when a signal stops it during a reload, which logs no error', async (t) => {
    const program = start(t, 'promises.js', { env: { SCRIPT: 'ready!', RELOAD_BOOT_TIME: '60000' } })
    await program.sees(/settled: ready ok/)
    program.kill('SIGHUP')
    await program.sees(/booting \d+ in generation 2|reload to generation 2 begins/)
    program.kill('SIGTERM')
    assert.equal(await program.ends(), 0)
    assert.doesNotMatch(program.output, /error:/)
  })
})

describe('a route that closes the cluster', () => {
  for (const path of ['/close', '/close-twice'])
    it(`is answered, and its primary ends with 0: ${path}`, async (t) => {
      const program = start(t, 'promises.js', { env: { SCRIPT: 'ready!' } })
      const port = await program.listens()
      const since = performance.now()
      assert.equal((await get(port, path)).body, 'closed')
      assert.equal(await program.ends(), 0)
      assert.ok(performance.now() - since < 8000, 'long before drainTimeout')
    })

  it('is answered when the primary dies before it could say anything', async (t) => {
    const program = start(t, 'promises.js', { env: { SCRIPT: 'ready!' } })
    const port = await program.listens()
    const agents = Array.from({ length: 3 }, () => new http.Agent({ keepAlive: true, maxSockets: 1 }))
    t.after(() => agents.forEach((agent) => agent.destroy()))
    // By round robin, a primary that stands still hands no connection off.
    for (const agent of agents) assert.equal((await get(port, '/hello', agent)).body, 'hello')
    program.kill('SIGSTOP')
    const answers = ['/close', '/reload', '/scale'].map((path, index) => get(port, path, agents[index]))
    for (const path of ['/close', '/reload', '/scale']) await program.sees(new RegExp(`asked: ${path}`))
    program.kill('SIGKILL')
    assert.deepEqual(
      (await Promise.all(answers)).map(({ body }) => body),
      ['closed', 'ERR_CLUSTERED_NO_PRIMARY', 'ERR_CLUSTERED_NO_PRIMARY'],
    )
  })
})
