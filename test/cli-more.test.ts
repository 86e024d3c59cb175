import assert from 'node:assert/strict'
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, it } from 'node:test'
import { Desk, plainApp } from './support/desk.ts'
import { pidsOf } from './support/http.ts'
import { freePort } from './support/port.ts'
import { childrenOf, eventually } from './support/program.ts'
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

/** What a program tells systemd, as one line each. */
function notifySocket(file: string): ChildProcess {
  const code = `
import socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM); s.bind(sys.argv[1]); print("bound", flush=True)
while True: print(s.recv(4096).decode().replace("\\n", " "), flush=True)`
  return spawn('python3', ['-c', code, file])
}

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

  it(
    'tells systemd when it is ready and when it stops',
    { skip: isMissing('systemd-notify') || isMissing('python3') },
    async (t) => {
      const desk = new Desk(t)
      const file = path.join(desk.root, 'notify')
      const listener = notifySocket(file)
      t.after(() => listener.kill())
      let told = ''
      listener.stdout!.on('data', (text: Buffer) => (told += text.toString()))
      await eventually(() => told.includes('bound'), 'the notify socket')
      desk.write(
        'app.js',
        plainApp('1', 'console.log("NOTIFY_SOCKET in the app:", process.env.NOTIFY_SOCKET)'),
      )
      const child = desk.spawn(['start', 'app.js', '-i', '1'], {
        NOTIFY_SOCKET: file,
        PORT: String(await freePort()),
      })
      let output = ''
      child.stdout!.on('data', (text: Buffer) => (output += text.toString()))
      await eventually(() => told.includes('READY=1'), 'READY=1')
      assert.match(told, new RegExp(`MAINPID=${child.pid}\\b`))
      assert.match(told, /STATUS=ready: 1 of 1 worker/)
      process.kill(childrenOf(child.pid!)[0]!, 'SIGKILL')
      await eventually(
        () => told.split('READY=1')[1]!.includes('STATUS='),
        `the state as it changes: ${told}`,
      )
      await eventually(
        () => output.includes('NOTIFY_SOCKET in the app: undefined'),
        `the app's line in ${output}`,
      )
      const exit = new Promise((resolve) => child.once('exit', resolve))
      child.kill('SIGTERM')
      assert.equal(await exit, 0)
      await eventually(() => told.includes('STOPPING=1'), 'STOPPING=1')
    },
  )
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
