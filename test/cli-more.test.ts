import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, it } from 'node:test'
import { Desk, plainApp } from './support/desk.ts'
import { pidsOf } from './support/http.ts'
import { freePort } from './support/port.ts'
import { Terminal } from './support/terminal.ts'

const isMissing = (command: string): string | false =>
  spawnSync('which', [command]).status !== 0 && `${command} is not installed`

describe('clustered top', () => {
  it('shows programs and workers live, and gives the terminal back', async (t) => {
    const desk = new Desk(t)
    const port = await freePort()
    desk.write('app.js', plainApp('1'))
    const terminal = new Terminal(t, desk, { PORT: String(port) })
    await terminal.run('clustered start app.js -i 2 --daemon')
    const since = terminal.output.length
    terminal.type('clustered top; echo "<$?>"\n')
    await terminal.sees(/q to quit[^]*app[^]*ready[^]*2\/2[^]*slot[^]*ready/, since)
    // A terminal of `script` has a size of 0, and shows one line less than there is.
    await pidsOf(port, 2)
    await terminal.sees(/ [1-9]\d*(\.\d)? ms/, since)
    terminal.type('q')
    await terminal.sees(/\[\?1049l[^]*<0>/, since)
    assert.match((await desk.run('top')).stdout, /app +\d+ +ready/, 'once, where nobody is looking')
    assert.match((await desk.run('top', 'ap')).stderr, /Is it 'app' that you mean/)
    await desk.run('delete', 'app')
  })
})

describe('clustered startup', () => {
  it('prints a unit that systemd understands', { skip: isMissing('systemd-analyze') }, async (t) => {
    const desk = new Desk(t)
    desk.write('app.js', plainApp('1'))
    const { stdout, code } = await desk.run(
      'startup',
      'app.js',
      '-i',
      '2',
      '--name',
      'shop',
      '--kill-timeout',
      '12000',
    )
    assert.equal(code, 0)
    assert.match(stdout, /Type=notify/)
    assert.match(
      stdout,
      /ExecStart=\S+node \S+main\.js start app\.js -i 2 --name shop --kill-timeout 12000\n/,
    )
    assert.match(stdout, /TimeoutStopSec=17\n/)
    assert.match(stdout, /ExecReload=\S+node \S+main\.js reload \$MAINPID\n/)
    const silent = await desk.run('startup', 'app.js', '--no-control')
    assert.match(silent.stdout, /ExecReload=\/bin\/kill -HUP \$MAINPID\n/)
    desk.write('shop.service', stdout)
    const { status, stderr } = spawnSync(
      'systemd-analyze',
      ['verify', path.join(desk.project, 'shop.service')],
      { encoding: 'utf8' },
    )
    assert.equal(status, 0, stderr)
  })

  it('knows how a daemon was started', async (t) => {
    const desk = new Desk(t)
    desk.env['PORT'] = String(await freePort())
    desk.write('app.js', plainApp('1'))
    await desk.run('start', 'app.js', '-i', '2', '--daemon', '--', '--colour', 'dark red')
    const { stdout } = await desk.run('startup', 'app')
    assert.match(stdout, /start app\.js -i 2 -- --colour "dark red"\n/)
    assert.match(stdout, new RegExp(`WorkingDirectory=${desk.project}\n`))
    await desk.run('delete', 'app')
  })
})

const manifest = (framework: string, start = 'node server.js'): string =>
  JSON.stringify({ name: 'x', scripts: { start }, dependencies: { [framework]: '^1.0.0' } }, null, 4) + '\n'

describe('clustered init', () => {
  it('puts Clustered into an Express project of ES modules', async (t) => {
    const desk = new Desk(t)
    desk.write('package.json', manifest('express'))
    desk.write(
      'server.js',
      "import express from 'express'\n\nconst app = express()\napp.listen(3000, () => console.log('up'))\n",
    )
    assert.equal((await desk.run('init', '--dry-run')).code, 0)
    assert.match(readFileSync(path.join(desk.project, 'server.js'), 'utf8'), /^app\.listen/m)
    const { code, stdout } = await desk.run('init')
    assert.equal(code, 0)
    assert.match(stdout, /\+ clustered\(app\)\.listen[^]*npm install, then node server\.js/)
    assert.equal(
      readFileSync(path.join(desk.project, 'server.js'), 'utf8'),
      "import express from 'express'\nimport { clustered } from '@clustered/express'\n\nconst app = express()\nclustered(app).listen(3000, () => console.log('up'))\n",
    )
    assert.equal(
      readFileSync(path.join(desk.project, 'package.json'), 'utf8'),
      manifest('express').replace('"express"', '"@clustered/express": "^0.1.0",\n        "express"'),
    )
    assert.match((await desk.run('init')).stderr, /is clustered already.*ERR_CLUSTERED_NOTHING_TO_CHANGE/)
  })

  it('puts Clustered into a Koa project of CommonJS', async (t) => {
    const desk = new Desk(t)
    desk.write('package.json', manifest('koa', 'node src/app'))
    desk.write(
      'src/app.js',
      "const Koa = require('koa');\nconst app = new Koa();\nif (!module.parent) {\n  app.listen(3000);\n}\n",
    )
    assert.equal((await desk.run('init')).code, 0)
    assert.equal(
      readFileSync(path.join(desk.project, 'src/app.js'), 'utf8'),
      "const Koa = require('koa');\nconst { clustered } = require('@clustered/koa');\nconst app = new Koa();\nif (!module.parent) {\n  clustered(app).listen(3000);\n}\n",
    )
  })

  it('leaves alone what it does not understand, and says what to do', async (t) => {
    const desk = new Desk(t)
    assert.match((await desk.run('init')).stderr, /package\.json: ENOENT.*such as one with Express/)
    desk.write('package.json', manifest('polka'))
    assert.match(
      (await desk.run('init')).stderr,
      /depends on none of .*koa, express.*clustered start app\.js/,
    )
    desk.write('package.json', manifest('express'))
    assert.match((await desk.run('init')).stderr, /The entry file was not found/)
    const source = "const app = require('express')()\nconst server = app.listen(3000)\n"
    desk.write('server.js', source)
    assert.match(
      (await desk.run('init')).stderr,
      /By hand: import \{ clustered \} from '@clustered\/express'/,
    )
    assert.equal(readFileSync(path.join(desk.project, 'server.js'), 'utf8'), source)
    assert.ok(existsSync(path.join(desk.project, 'package.json')))
  })
})
