import assert from 'node:assert/strict'
import { symlinkSync } from 'node:fs'
import path from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'
import { Desk, type Listed, plainApp } from './support/desk.ts'
import { get, pidsOf } from './support/http.ts'
import { freePort } from './support/port.ts'
import { eventually } from './support/program.ts'

const modules = fileURLToPath(new URL('../../node_modules', import.meta.url))
const stripsTypes = Boolean((process.features as { typescript?: unknown }).typescript)

const listen = 'listen(Number(process.env.PORT))'

/** Files that know nothing of Clustered. */
const apps = {
  'plain.cjs': `require('http').createServer((q, r) => r.end(String(process.pid))).${listen}`,
  'plain.mjs': `import http from 'node:http'\nawait 1\nhttp.createServer((q, r) => r.end(String(process.pid))).${listen}`,
  'express.js': `const app = require('express')()\napp.get('/pid', (q, r) => r.send(String(process.pid)))\napp.${listen}`,
  'koa.js': `const app = new (require('koa'))()\napp.use((context) => { context.body = String(process.pid) })\napp.${listen}`,
  'koa.mjs': `import Koa from 'koa'\nconst app = new Koa()\napp.use((context) => { context.body = String(process.pid) })\napp.${listen}`,
  'typed.ts': `import http from 'node:http'\nhttp.createServer((q: http.IncomingMessage, r: http.ServerResponse): void => { r.end(String(process.pid)) }).${listen}`,
}

async function startDaemon(
  t: TestContext,
  file: string,
  source: string,
): Promise<{ desk: Desk; port: number }> {
  const desk = new Desk(t)
  const port = await freePort()
  desk.env['PORT'] = String(port)
  symlinkSync(modules, path.join(desk.project, 'node_modules'))
  desk.write(file, source)
  const ran = await desk.run('start', file, '-i', '2', '--daemon')
  assert.equal(ran.code, 0, ran.stderr)
  return { desk, port }
}

describe('clustered start', () => {
  for (const [file, source] of Object.entries(apps))
    it(`puts an unchanged ${file} on several workers`, async (t) => {
      const { desk, port } = await startDaemon(t, file, source)
      assert.equal((await pidsOf(port, 2)).size, 2)
      assert.equal((await desk.run('stop', path.parse(file).name)).code, 0)
    })

  it(
    "runs TypeScript by Node's own type stripping",
    { skip: !stripsTypes && 'this Node does not strip types' },
    async (t) => {
      const desk = new Desk(t)
      const port = await freePort()
      desk.env['PORT'] = String(port)
      desk.write('typed.ts', apps['typed.ts'])
      const ran = await desk.run('start', 'typed.ts', '-i', '1', '--daemon')
      assert.equal(ran.code, 0, ran.stderr)
      assert.match((await get(port)).body, /^\d+$/)
    },
  )

  it(
    'says what TypeScript needs where nothing runs it',
    { skip: stripsTypes && 'this Node strips types' },
    async (t) => {
      const desk = new Desk(t)
      desk.write('typed.ts', apps['typed.ts'])
      const { code, stderr } = await desk.run('start', 'typed.ts')
      assert.equal(code, 1)
      assert.match(stderr, /does not run TypeScript.*npm install tsx.*ERR_CLUSTERED_NO_TYPESCRIPT/)
    },
  )

  it('passes on what stands after --, and the variables of an env file, anew at each reload', async (t) => {
    const desk = new Desk(t)
    const port = await freePort()
    desk.env['PORT'] = String(port)
    desk.write('app.js', plainApp('1'))
    desk.write('.env', 'COLOUR=red\nPORT=1\n')
    const ran = await desk.run(
      'start',
      'app.js',
      '--env-file',
      '.env',
      '-i',
      '1',
      '--daemon',
      '--',
      '--daemon',
      '-i',
      '7',
    )
    assert.equal(ran.code, 0, ran.stderr)
    assert.equal((await get(port, '/env')).body, 'red --daemon,-i,7')
    desk.write('.env', 'COLOUR=blue')
    assert.equal((await desk.run('reload', 'app')).code, 0)
    assert.equal((await get(port, '/env')).body, 'blue --daemon,-i,7')
    assert.equal((await desk.run('restart', 'app')).code, 0)
    assert.equal((await get(port, '/env')).body, 'blue --daemon,-i,7')
    assert.equal((await desk.json<Listed[]>('list'))[0]!.slots, 1)
  })

  it('in the foreground writes to its own output, byte for byte, and stops by SIGTERM with 0', async (t) => {
    const desk = new Desk(t)
    const port = await freePort()
    desk.write('app.js', plainApp('1'))
    const child = desk.spawn(['start', 'app', '-i', '2', '--name', 'shop'], { PORT: String(port) })
    let [out, err] = ['', '']
    child.stdout!.on('data', (text: Buffer) => (out += text.toString()))
    child.stderr!.on('data', (text: Buffer) => (err += text.toString()))
    await eventually(() => err.includes('listening on'), 'it listens')
    await get(port, '/log')
    await eventually(() => out.endsWith('\n'), 'the line')
    assert.equal(out, '{"message":"a line","version":"1"}\n')
    assert.equal((await desk.json<Listed[]>('list'))[0]!.name, 'shop')
    assert.match(
      (await desk.run('logs', 'shop')).stderr,
      /was not started with --daemon.*ERR_CLUSTERED_NOT_A_DAEMON/,
    )
    assert.match((await desk.run('restart', 'shop')).stderr, /clustered reload shop/)
    const exit = new Promise((resolve) => child.once('exit', resolve))
    child.kill('SIGTERM')
    assert.equal(await exit, 0)
  })

  it('ends with 1 when the app does not come up, and shows why, once', async (t) => {
    const desk = new Desk(t)
    desk.write('broken.js', 'throw new Error("no database")')
    const foreground = await desk.run('start', 'broken.js')
    assert.equal(foreground.code, 1)
    assert.equal(foreground.stderr.match(/at .*broken\.js:1/g)?.length, 1)
    const daemon = await desk.run('start', 'broken.js', '--daemon')
    assert.equal(daemon.code, 1)
    assert.match(daemon.stderr, /'broken' did not come up[^]*no database[^]*ERR_CLUSTERED_BOOT_FAILED/)
    assert.deepEqual(await desk.json('list'), [])
    assert.deepEqual(desk.sockets, [])
  })

  for (const [args, message] of [
    [['start', 'nothing.js'], /There is no file .*nothing\.js.*ERR_CLUSTERED_NO_SUCH_FILE/],
    [['start', 'ap.js'], /Is it app\.js that you mean\?/],
    [
      ['start', 'app.js', '-i', 'many'],
      /-i: 'many' is not valid\. Allowed: a whole number from 1, max \(here/,
    ],
    [['start', 'app.js', '-i', '3..1'], /-i: '3\.\.1' is not .* the smaller one first: 2\.\.8, or 2\.\.max/],
    [['start', 'app.js', '--workers=0..2'], /--workers: '0\.\.2' is not valid/],
    [
      ['start', 'app.js', '--kill-timeout', 'soon'],
      /--kill-timeout: 'soon' is not valid\. Allowed: 0, or milliseconds from 100 to \d+, such as 12000, or with a unit: 30s, 2m\. \(ERR_CLUSTERED_USAGE\)/,
    ],
    [['start', 'app.js', '--drain-timeout', '30'], /--drain-timeout: '30' .*; 30 seconds are 30s\./],
    [['start', 'app.js', '--drain-timeout', '-30'], /--drain-timeout: '-30' is not valid/],
    [
      ['start', 'app.js', '--drain-timeout'],
      /--drain-timeout is given without a value\. Expected: --drain-timeout <time>/,
    ],
    [['start', '--drain-timeout', '--daemon', 'app.js'], /--drain-timeout is given without a value/],
    [
      ['start', 'app.js', '--drain-timeout', '5s', '--kill-timeout=6s'],
      /--kill-timeout=6s is given, and --drain-timeout before it\. Expected: one of them/,
    ],
    [
      ['start', 'app.js', '--drain-timout', '5s'],
      /--drain-timout is no flag of .*Did you mean --drain-timeout\?/,
    ],
    [['start', 'app.js', '--boot-timeout', '0'], /--boot-timeout: '0' .*: milliseconds from/],
    [['startup', 'app.js', '--kill-timeout', '10'], /--kill-timeout: '10' .* 10 seconds are 10s\./],
    [['start', 'app.js', '--max-memory', '300 MB or so'], /--max-memory: .*a size from 16M, such as 300M/],
    [
      ['start', 'app.js', '--no-goodbye', '--goodbye-quiet', '50'],
      /--no-goodbye and --goodbye-quiet contradict/,
    ],
    [['start', 'app.js', '--daemon=no'], /--daemon takes no value, and is given 'no'/],
    [['start', 'app.js', '--name', '../x'], /--name: '\.\.\/x' is not valid/],
    [['start', 'app.js', '--daemon', '--name', ''], /--name: '' is not valid\. Allowed: up to 64/],
    // Node itself looks at this one, wherever it stands.
    [['start', 'app.js', '--env-file', 'none'], /none: not found/],
    [['start', 'app.js', '--demon'], /--demon is no flag of .*Did you mean --daemon\? .*ERR_CLUSTERED_USAGE/],
    [['logs', 'app', '--folow'], /--folow is no flag of clustered logs\. Did you mean --follow\?/],
    [['start'], /clustered\.config/],
    [['strat'], /There is no command 'strat'\. Is it 'clustered start' that you mean\?/],
  ] as const)
    it(`refuses: clustered ${args.join(' ')}`, async (t) => {
      const desk = new Desk(t)
      desk.write('app.js', plainApp('1'))
      const { code, stderr } = await desk.run(...args)
      assert.ok([1, 2, 9].includes(code), `exit code ${code}`)
      assert.match(stderr, message)
      assert.doesNotMatch(stderr, /\n +at /, 'no stack: nobody needs one for that')
    })
})
