import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { before, describe, it } from 'node:test'
import { promisify } from 'node:util'
import { managersInstall } from './packaging/managers.ts'
import { programs, programsRun } from './packaging/programs.ts'
import { install, packages, project, writeFiles } from './packaging/project.ts'
import { runnersPass, tests } from './packaging/runners.ts'
import { typesHold } from './packaging/types.ts'
import { pidsOf } from './support/http.ts'
import { start } from './support/program.ts'

// Most of a program's time is waiting: two at a time halve it.
describe('the packages, installed from their tarballs', { concurrency: 2 }, () => {
  before(async () => {
    await install()
    writeFiles({ ...programs, ...tests })
  })

  it('hold what is needed at run time and the sources that maps lead to, and no more', () => {
    for (const name of packages) {
      const folder = path.join(project, 'node_modules/@clustered', name)
      const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
      assert.deepEqual(
        files.filter((file) => /\.test\.|tsbuildinfo|model\//.test(file)),
        [],
        name,
      )
      const maps = files.filter((file) => file.endsWith('.map'))
      assert.ok(
        maps.some((file) => file.endsWith('.js.map')) && maps.some((file) => file.endsWith('.d.ts.map')),
      )
      for (const map of maps) {
        const { sources } = JSON.parse(readFileSync(path.join(folder, map), 'utf8')) as { sources: string[] }
        for (const source of sources) assert.ok(existsSync(path.join(folder, map, '..', source)), map)
      }
    }
  })

  it('run an app file that knows nothing of them, by the command', async (t) => {
    const clustered = path.join(project, 'node_modules/.bin/clustered')
    const { stdout } = await promisify(execFile)(clustered, ['--version'])
    assert.match(stdout, /^clustered\/\d+\.\d+\.\d+/)
    const app = "require('http').createServer((q, r) => r.end(String(process.pid))).listen(0)"
    writeFiles({ 'unaware.cjs': app })
    const command = start(t, clustered, { args: ['start', 'unaware.cjs', '-i', '2'], cwd: project })
    assert.equal((await pidsOf(await command.listens(), 2)).size, 2)
    command.kill('SIGTERM')
    assert.equal(await command.ends(), 0)
  })

  programsRun()
  typesHold()
  runnersPass()
  managersInstall()
})
