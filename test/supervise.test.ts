import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { Desk, plainApp } from './support/desk.ts'
import { get, pidsOf } from './support/http.ts'
import { freePort } from './support/port.ts'
import { start } from './support/program.ts'

const core = import.meta.resolve('@clustered/core')

/** A program that supervises another one, with arguments and options given as code. */
function primaryProgram(t: TestContext, call: string): { desk: Desk; file: string } {
  const desk = new Desk(t)
  const file = path.join(desk.project, 'primary.mjs')
  desk.write('app.js', plainApp('1'))
  writeFileSync(file, `import { supervise } from ${JSON.stringify(core)}\n${call}`)
  return { desk, file }
}

function env(desk: Desk): Record<string, string | undefined> {
  return { XDG_RUNTIME_DIR: desk.runtime, TMPDIR: desk.root, PWD: desk.project }
}

describe('supervise', () => {
  it('puts a program on several workers that knows nothing of it', async (t) => {
    const { desk, file } = primaryProgram(
      t,
      `const cluster = supervise('app.js', { args: ['--colour', 'red'], workers: 2 })
      cluster.ready.then(() => console.log('ready as ' + cluster.role))`,
    )
    const port = await freePort()
    const program = start(t, file, { cwd: desk.project, env: { ...env(desk), PORT: String(port) } })
    await program.sees(/ready as primary/)
    assert.equal(await program.listens(), port)
    assert.deepEqual([...(await pidsOf(port, 2))].sort(), program.workers().sort())
    assert.equal((await get(port, '/env')).body, 'undefined --colour,red')
    program.kill('SIGTERM')
    assert.equal(await program.ends(), 0)
  })

  for (const [call, code] of [
    ["supervise('nothing.js')", 'ERR_CLUSTERED_NO_ENTRY'],
    ["supervise('app.js', { workers: 0 })", 'ERR_CLUSTERED_SINGLE_MODE'],
    ["supervise('app.js', { worker: 2 })", 'ERR_CLUSTERED_BAD_OPTION'],
    ["supervise('app.js', { name: '../app' })", 'ERR_CLUSTERED_BAD_OPTION'],
    ["supervise('app.js', { control: 'no' })", 'ERR_CLUSTERED_BAD_OPTION'],
    ["supervise('app.js', { server: { keepAliveTimeout: 65000 } })", 'ERR_CLUSTERED_BAD_OPTION'],
    ["supervise('app.js', { onServer: () => {} })", 'ERR_CLUSTERED_BAD_OPTION'],
    ["supervise('app.js', { onShutdown: () => {} })", 'ERR_CLUSTERED_BAD_OPTION'],
    ["supervise('app.js'); supervise('app.js')", 'ERR_CLUSTERED_SECOND_PROGRAM'],
  ] as const)
    it(`refuses ${call}`, (t) => {
      const { desk, file } = primaryProgram(t, call)
      const { status, stderr } = spawnSync(process.execPath, [file], {
        cwd: desk.project,
        encoding: 'utf8',
        env: { ...process.env, ...env(desk), NODE_TEST_CONTEXT: undefined, PORT: '0' },
      })
      assert.equal(status, 1)
      assert.match(stderr, new RegExp(code))
    })
})
