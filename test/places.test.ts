/** Programs that listen elsewhere than they should, or nowhere. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import net from 'node:net'
import path from 'node:path'
import { describe, it } from 'node:test'
import { pathToFileURL } from 'node:url'
import { get, pidsOf } from './support/http.ts'
import { freePort } from './support/port.ts'
import { supervise } from './support/supervised.ts'

it('workers of one release that listen at different places are said so once', async (t) => {
  const [main, extra] = [await freePort(), await freePort()]
  const program = supervise(t, 'closes.cjs', { MAIN: main, EXTRA: extra, DIFFERENT: 1 })
  const [, one, other] = await program.sees(/different places: worker 0 at (.*), worker 1 at (.*)\. Conn/)
  assert.equal(one, `[::]:${main} and [::]:${extra}`)
  assert.equal(other, `[::]:${main}`)
  // What one worker does for all, its replacement need not do.
  program.kill('SIGHUP')
  await program.sees(/reload done/)
  assert.equal((await pidsOf(main, 2)).size, 2)
})

describe('a program that does not listen', () => {
  const cases: [app: string, code: number, words: RegExp][] = [
    ['ecosystem.config.cjs', 1, /exit code 0: the program has ended without listening.*is a configuration/],
    ['awaits.mjs', 13, /exit code 13: the program has ended at an await/],
  ]
  for (const [app, code, words] of cases)
    it(`${app} is noticed when nothing goes on in it`, async (t) => {
      const program = supervise(t, app)
      assert.equal(await program.ends(), code)
      assert.match(program.output, words)
      assert.doesNotMatch(program.output, /killed/)
    })

  it('a queue consumer is named as what it is', async (t) => {
    const program = supervise(t, 'consumes.cjs', {}, { bootTimeout: 500 })
    assert.equal(await program.ends(), 1)
    assert.match(
      program.output,
      /not listening after 500 ms: it runs, and has no server that listens.*--no-listen/,
    )
  })
})

it("a port in use: Node's error in the worker, and who has it, without a stack", async (t) => {
  const other = net.createServer().listen(0)
  t.after(() => other.close())
  await once(other, 'listening')
  const { port } = other.address() as net.AddressInfo
  const program = supervise(t, 'one-port.cjs', { PORT: port })
  assert.equal(await program.ends(), 1)
  const message = `listen EADDRINUSE: address already in use :::${port}, held by pid ${process.pid} `
  assert.ok(program.output.includes(`error: ${message}`), program.output)
  assert.doesNotMatch(program.output, /\n\s+at /)
})

describe('a server that is preloaded into every process', () => {
  const preload = path.resolve(import.meta.dirname, '../fixtures/places/exporter.cjs')

  it('serves in the primary alone', async (t) => {
    const [port, metrics] = [await freePort(), await freePort()]
    const nodeArgs = ['--import', pathToFileURL(preload).href]
    const program = supervise(t, 'one-port.cjs', { PORT: port, METRICS: metrics }, {}, { nodeArgs })
    assert.equal(await program.listens(), port)
    assert.equal((await pidsOf(port, 2)).size, 2)
    assert.equal((await get(metrics)).body, `metrics of ${program.pid}`)
    assert.equal(program.output.match(/is served by this primary process/g)?.length, 1)
  })

  it('is named where it comes before a worker is prepared', async (t) => {
    const [port, metrics] = [await freePort(), await freePort()]
    const nodeArgs = ['--require', preload]
    const program = supervise(t, 'one-port.cjs', { PORT: port, METRICS: metrics }, {}, { nodeArgs })
    assert.equal(await program.ends(), 1)
    assert.match(program.output, new RegExp(`error: port ${metrics} is served by this primary process`))
    assert.doesNotMatch(program.output, /\n\s+at /)
  })
})
