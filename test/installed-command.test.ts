import assert from 'node:assert/strict'
import { mkdirSync, symlinkSync } from 'node:fs'
import path from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { Desk, type Listed } from './support/desk.ts'
import { get } from './support/http.ts'
import { freePort } from './support/port.ts'

const { installedCommand } = (await import(
  new URL('../../packages/cli/dist/installed-command.js', import.meta.url).href
)) as { installedCommand: (command: string, folder: string) => string | undefined }

const program = `#!/usr/bin/env node
require('http').createServer((request, response) => response.end(process.argv.slice(2).join())).listen(process.env.PORT)`

/** A project that npm or pnpm has installed a package with a command into. */
function projectOf(installer: 'npm' | 'pnpm', t: TestContext): Desk {
  const desk = new Desk(t)
  const at = (name: string): string => path.join(desk.project, 'node_modules', name)
  desk.write('package.json', '{ "name": "shop" }')
  mkdirSync(at('.bin'), { recursive: true })
  if (installer === 'npm') {
    desk.write('node_modules/framework/bin/serve', program)
    symlinkSync('../framework/bin/serve', at('.bin/serve'))
    return desk
  }
  const inStore = '.pnpm/framework@1.0.0/node_modules/framework'
  desk.write(`node_modules/${inStore}/bin/serve`, program)
  symlinkSync(inStore, at('framework'))
  desk.write(
    'node_modules/.bin/serve',
    `#!/bin/sh\nbasedir=$(dirname "$0")\nexec node  "$basedir/../${inStore}/bin/serve" "$@"\n`,
  )
  desk.write(
    'node_modules/.bin/marked',
    `#!/bin/sh\nexec something else\n# cmd-shim-target=../${inStore}/bin/serve\n`,
  )
  desk.write('node_modules/.bin/gone', '#!/bin/sh\n# cmd-shim-target=../nowhere.js\n')
  return desk
}

describe('clustered start, of the command of a package', () => {
  it('runs what npx would run, as npm has installed it, under the name of the project', async (t) => {
    const desk = projectOf('npm', t)
    desk.env['PORT'] = String(await freePort())
    const ran = await desk.run('start', 'serve', '-i', '1', '--daemon', '--', 'all', 'day')
    assert.equal(ran.code, 0, ran.stderr)
    assert.equal((await get(Number(desk.env['PORT']))).body, 'all,day')
    assert.deepEqual(
      (await desk.json<Listed[]>('list')).map(({ name }) => name),
      ['shop'],
    )
    assert.equal((await desk.run('stop', 'shop')).code, 0)
  })

  it('finds it by a name that the next version has too, as pnpm has installed it', (t) => {
    const { project } = projectOf('pnpm', t)
    const file = path.join(project, 'node_modules/framework/bin/serve')
    assert.equal(installedCommand('serve', project), file)
    assert.equal(installedCommand('marked', path.join(project, 'src/deep')), file, 'from a folder below')
    for (const command of ['gone', 'unknown', '../serve', '.'])
      assert.equal(installedCommand(command, project), undefined, command)
  })

  it('says what is wrong where there is none', async (t) => {
    const desk = projectOf('npm', t)
    const [wrong, more] = await Promise.all([desk.run('start', 'sevre'), desk.run('start', 'serve', 'all')])
    assert.match(
      wrong.stderr,
      /There is no file .*sevre, and no stopped program and no command of an installed package/,
    )
    assert.match(more.stderr, /as in: clustered start serve -- all/)
  })
})
