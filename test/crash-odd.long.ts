import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { get } from './support/http.ts'
import { type ProgramOptions, start } from './support/program.ts'
import { temporaryFolder } from './support/temporary-folder.ts'

async function startOdd(t: TestContext, options: ProgramOptions = {}) {
  const OPTIONS = JSON.stringify({ workers: 1 })
  const program = start(t, 'odd-crashes.js', { ...options, env: { OPTIONS, ...options.env } })
  const port = await program.listens()
  /** Every exit so far was of a crash that was contained. */
  const expectContained = () => {
    for (const [line, code] of program.output.matchAll(/is gone: exit code (\d+).*/g))
      assert.equal(code, '1', line.slice(0, 200))
    assert.doesNotMatch(program.output, /is gone: (killed|exit code 7)/)
  }
  return { program, port, expectContained }
}

describe('an odd thing that nobody caught', () => {
  for (const how of ['throw', 'reject', 'sync'])
    it(`costs the request that caused it (${how})`, async (t) => {
      const { program, port, expectContained } = await startOdd(t)
      const { body: count } = await get(port, '/values')
      // Of those that throw at once, as many as one worker has before it drains.
      const values = how === 'sync' ? [0, 7, 14] : Array.from({ length: Number(count) }, (_, which) => which)
      const statuses = await Promise.all(
        values.map((which) =>
          get(port, `/${how}/${which}`).then(
            ({ status }) => status,
            (error: Error) => `${which}: ${error.message}`,
          ),
        ),
      )
      assert.deepEqual(
        statuses,
        values.map(() => 500),
      )
      await program.sees(/is gone/)
      expectContained()
      assert.ok(program.output.length < 1_000_000, `its log has ${program.output.length} characters`)
    })

  it('is in the log, as far as it can be shown', async (t) => {
    const { program, port } = await startOdd(t)
    for (const [which, text] of [
      [0, /^Uncaught null$/m],
      [6, /^Uncaught \[Object: null prototype\] \{\}$/m],
      [14, /^Error: /m],
    ] as const) {
      const since = program.output.length
      await get(port, `/throw/${which}`)
      await program.sees(text, since)
    }
  })

  it('leaves the other requests alone', async (t) => {
    const { program, port } = await startOdd(t)
    const slow = get(port, '/slow')
    await program.sees(/slow request begins/)
    assert.equal((await get(port, '/throw/7')).status, 500)
    assert.equal((await slow).body, 'slow')
  })
})

it('answers with a 500 whatever the app has done to the answer, or cuts it', async (t) => {
  const { program, port, expectContained } = await startOdd(t)
  const spoiled = JSON.parse((await get(port, '/spoiled')).body) as string[]
  const slow = get(port, '/slow')
  await program.sees(/slow request begins/)
  await Promise.all(
    spoiled.map(async (how) => {
      const answer = await get(port, how).catch((error: NodeJS.ErrnoException) => error.code)
      if (answer === 'ECONNRESET') assert.match(how, /getHeaderNames|headersSent|every-method/)
      else assert.equal((answer as { status: number }).status, 500, how)
    }),
  )
  assert.equal((await slow).body, 'slow')
  await program.sees(/is gone/)
  expectContained()
})

describe("Node's report on an uncaught error", () => {
  it('is written where it is asked for, as plain Node writes it', async (t) => {
    const directory = temporaryFolder()
    const { program, port } = await startOdd(t, {
      nodeArgs: ['--report-uncaught-exception', `--report-directory=${directory}`],
    })
    assert.equal((await get(port, '/throw/15')).status, 500)
    await program.sees(/is gone/)
    assert.equal((await get(port, '/throw/0')).status, 500)
    await program.sees(/is gone[^]*is gone/)
    const reports = readdirSync(directory).map(
      (file) => JSON.parse(readFileSync(path.join(directory, file), 'utf8')) as Report,
    )
    for (const { header } of reports) {
      assert.equal(header.event, 'Exception')
      assert.equal(header.trigger, 'Exception')
    }
    assert.equal(reports.length, 2)
  })

  it('is not, where it is not', async (t) => {
    const { program, port } = await startOdd(t)
    await get(port, '/throw/20')
    await program.sees(/is gone/)
    assert.doesNotMatch(program.output, /Node\.js report/)
  })
})

interface Report {
  header: { event: string; trigger: string }
  javascriptStack: { message: string }
}
