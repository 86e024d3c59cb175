import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { Desk } from './support/desk.ts'
import { get } from './support/http.ts'
import { freePort } from './support/port.ts'
import { eventually, start } from './support/program.ts'

const main = fileURLToPath(new URL('../../packages/cli/dist/main.js', import.meta.url))
const fixture = fileURLToPath(new URL('../fixtures/changing.js', import.meta.url))

const old = { workers: 1, name: 'old', reload: { soak: 50 }, drainTimeout: 50_000, maxAge: 5e8, spares: 0 }

describe('options that have changed in the code', () => {
  for (const [what, file, args] of [
    ['of a program that runs itself', fixture, []],
    ['of one that clustered start runs', main, ['start', fixture, '--max-age=1h']],
  ] as const)
    it(`${what}, are applied by a reload, or named`, async (t) => {
      const desk = new Desk(t)
      const [port, optionsFile] = [await freePort(), path.join(desk.project, 'options.json')]
      const write = (options: object): void => writeFileSync(optionsFile, JSON.stringify(options))
      write(old)
      const env = { ...desk.env, PORT: String(port), OPTIONS_FILE: optionsFile }
      const program = start(t, file, { args: [...args], env, cwd: desk.project })
      await program.sees(/listening on .* 1 worker,/)
      assert.doesNotMatch(program.output, /have changed/, 'nothing has')

      const admin = { port: await freePort(), token: 'nobody-is-shown-this' }
      const changes = {
        workers: 2,
        name: 'new',
        drainTimeout: 600,
        maxAge: 6e8,
        hangTimeout: 1000,
        spares: 1,
      }
      write({ ...old, ...changes, admin })
      program.kill('SIGHUP')
      await program.sees(/reload done: every slot is on generation 2/)
      const applied = /options in the code have changed: .*/.exec(program.output)![0]
      for (const change of [
        'workers 2 (1 before)',
        'drainTimeout 600 (50000 before)',
        'hangTimeout 1000 (30000 before)',
        'admin.token (not shown)',
      ])
        assert.ok(applied.includes(change), applied)
      const isSupervised = args.length > 0
      assert.equal(applied.includes('maxAge'), !isSupervised, 'what a flag says stays')
      assert.match(
        program.output,
        isSupervised
          ? /that are not used, .*: name \(--name\)\./
          : /cannot apply: name 'new' \('old' before\)\. To have them, stop the program and start it again/,
      )
      // One had booted with the old `hangTimeout`.
      const [, pid] = await program.sees(/\(pid (\d+), generation 2\) drains: options in its code/)
      await program.sees(new RegExp(`pid ${pid}, generation 2\\) is gone`))
      assert.equal((await get(admin.port, '/readyz')).status, 200)
      // Two, and the spare.
      await eventually(() => program.workers().length === 3, `three workers: ${program.output}`)

      get(port, '/hang').catch(() => {})
      await program.sees(/hangs: for 1\d\d\d ms/)

      write({ ...old, drainTimeout: 40_000, broken: true })
      const since = program.output.length
      program.kill('SIGHUP')
      await program.sees(/Reload stopped/, since)
      assert.doesNotMatch(
        program.output.slice(since),
        /scale/,
        'code that does not come up takes no worker away',
      )

      await eventually(
        () =>
          get(admin.port, '/readyz').then(
            ({ status }) => status === 200,
            () => false,
          ),
        'the admin server is where the code that runs has it',
      )
      assert.doesNotMatch(program.output, new RegExp(admin.token))

      const slow = get(port, '/slow')
      slow.catch(() => {})
      await get(port).catch((error: Error) => assert.fail(`${error.message}: ${program.output}`))
      const began = performance.now()
      program.kill('SIGTERM')
      assert.equal(await program.ends(), 0)
      assert.ok(performance.now() - began < 10_000, 'as the code says that runs')
      await assert.rejects(slow)
    })
})
