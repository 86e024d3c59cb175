import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, it, type TestContext } from 'node:test'
import { type Program, start } from './support/program.ts'

const documented = readFileSync(new URL('../../docs/operate/logs.md', import.meta.url), 'utf8')

interface Lines {
  program: Program
  worker: number
  lines: Record<string, unknown>[]
}

/** All that a program says from its start to its end, and of these the lines that are objects. */
async function lifeOf(t: TestContext, env: Record<string, string>): Promise<Lines> {
  const program = start(t, 'logger.js', { env })
  // Whatever the log looks like, or if there is none.
  await program.sees(/^ready$/m)
  const [worker] = program.workers()
  process.kill(worker!, 'SIGKILL')
  await program.until(() => program.workers().some((pid) => pid !== worker), 'another worker')
  program.kill('SIGTERM')
  await program.ends()
  const lines = program.output
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as Record<string, unknown>)
  return { program, worker: worker!, lines }
}

function of(lines: Lines['lines'], event: string): Record<string, unknown> {
  const line = lines.find((candidate) => candidate['event'] === event)
  assert.ok(line, `no line of ${event} in ${JSON.stringify(lines)}`)
  return line
}

describe("the primary's own lines", () => {
  it('are objects, one per line, with logFormat json', async (t) => {
    const { program, worker, lines } = await lifeOf(t, { OPTIONS: '{"logFormat":"json"}' })
    assert.equal(
      program.output
        .split('\n')
        .filter((line) => !line.startsWith('{'))
        .join(),
      'ready,',
    )
    for (const { time, level, msg, event } of lines) {
      assert.match(String(time), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
      assert.ok(Math.abs(Date.now() - Date.parse(String(time))) < 60_000)
      assert.match(String(level), /^(info|warn|error)$/)
      assert.match(String(msg), /\w/)
      assert.ok(documented.includes(`\`${String(event)}\``), `${String(event)} is documented`)
    }
    const ready = of(lines, 'worker:ready')
    assert.deepEqual([ready['slot'], ready['pid'], ready['generation']], [0, worker, 1])
    assert.equal(typeof ready['bootTimeMs'], 'number')
    const exit = of(lines, 'worker:exit')
    assert.deepEqual([exit['level'], exit['pid'], exit['signal']], ['error', worker, 'SIGKILL'])
    assert.equal(of(lines, 'close')['reason'], 'SIGTERM')
  })

  it('reach pino with their facts first, and winston with them last', async (t) => {
    const [pino, winston] = await Promise.all(['pino', 'winston'].map((LOGGER) => lifeOf(t, { LOGGER })))
    for (const [{ lines, worker }, level, text] of [
      [pino!, 50, 'msg'],
      [winston!, 'error', 'message'],
    ] as const) {
      const exit = of(lines, 'worker:exit')
      assert.deepEqual([exit['slot'], exit['pid'], exit['generation']], [0, worker, 1])
      assert.equal(exit['level'], level)
      assert.match(String(exit[text]), /^worker 0 \(pid \d+\) is gone: killed by SIGKILL/)
    }
  })

  it('reach console as text alone, and a function as objects', async (t) => {
    const [plain, called] = await Promise.all(['console', 'function'].map((LOGGER) => lifeOf(t, { LOGGER })))
    assert.match(plain!.program.output, /^worker 0 \(pid \d+\) is gone: killed by SIGKILL$/m)
    assert.deepEqual(plain!.lines, [])
    assert.equal(of(called!.lines, 'worker:exit')['pid'], called!.worker)
  })

  it('begin with the time with logTime', async (t) => {
    const { program } = await lifeOf(t, { OPTIONS: '{"logTime":true}' })
    assert.match(program.output, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z \[clustered\] error: worker 0 /m)
  })
})
