import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdirSync, readdirSync, readlinkSync, symlinkSync, writeFileSync } from 'node:fs'
import net from 'node:net'
import path from 'node:path'
import { describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { Desk, type Listed, plainApp } from './support/desk.ts'
import { get } from './support/http.ts'
import { freePort } from './support/port.ts'
import { eventually } from './support/program.ts'

const modules = fileURLToPath(new URL('../../node_modules', import.meta.url))
const inside = async (file: string): Promise<any> =>
  import(new URL(`../../packages/cli/dist/${file}`, import.meta.url).href)
const typeScriptArguments: (file: string, nodeArguments: string[]) => string[] = (
  await inside('typescript.js')
).typeScriptArguments
const refuseOtherFiles: (file: string) => void = (await inside('not-a-program.js')).refuseOtherFiles
const splitNodeArguments: (given: string[]) => string[] = (await inside('node-arguments.js'))
  .splitNodeArguments

function processesIn(folder: string): number {
  return readdirSync('/proc').filter((pid) => {
    try {
      return readlinkSync(`/proc/${pid}/cwd`) === folder
    } catch {
      return false
    }
  }).length
}

describe('clustered start, of a program with options of its own', () => {
  it('uses what it can, lets flags count more, and names the rest once', async (t) => {
    const desk = new Desk(t)
    const port = await freePort()
    symlinkSync(modules, path.join(desk.project, 'node_modules'))
    const options = `{ workers: 2, drainTimeout: 500, shutdownDelay: 100, maxAge: 1e9, balance: 'round-robin', name: 'other', env: () => ({}), logger: false, onDrain() {} }`
    desk.write(
      'server.mjs',
      `import { clustered } from '@clustered/core'
clustered((request, response) => {
  if (request.url === '/slow') return response.write('begun')
  response.end('served')
}, ${options}).listen(${port})`,
    )
    const env = { CLUSTERED_DRAIN_TIMEOUT: '700', CLUSTERED_SHUTDOWN_DELAY: '9s' }
    const child = desk.spawn(['start', 'server.mjs', '--name', '007', '--shutdown-delay=0.2s'], env)
    let log = ''
    child.stderr!.on('data', (text: Buffer) => (log += text.toString()))
    await eventually(() => log.includes('2 workers, balance'), `two workers in ${log}`)
    const [program] = await desk.json<(Listed & { drainTimeout: number; shutdownDelay: number })[]>('list')
    const { name, slots, drainTimeout, shutdownDelay } = program!
    assert.deepEqual(
      { name, slots, drainTimeout, shutdownDelay },
      { name: '007', slots: 2, drainTimeout: 700, shutdownDelay: 200 },
    )
    assert.equal((await desk.run('reload', '007')).code, 0)
    assert.equal(log.match(/options in the program's code that are not used.*/g)?.length, 1, log)
    assert.match(log, /are not used, .*: balance \(--balance\), logger, env \(--env-file\)\. Give them/)
    // It would be waited for much longer by default.
    const slow = get(port, '/slow')
    slow.catch(() => {})
    await get(port)
    const exit = once(child, 'exit')
    const began = performance.now()
    child.kill('SIGTERM')
    assert.deepEqual(await exit, [0, null])
    assert.ok(performance.now() - began < 8000, 'its own drainTimeout counts')
    await assert.rejects(slow)
  })
})

describe('clustered start --node-args', () => {
  it('takes paths from the working directory, quotes, and itself again', async (t) => {
    const desk = new Desk(t)
    const port = await freePort()
    desk.write('with space.mjs', "globalThis.found = ['space']")
    desk.write('plain.cjs', "globalThis.found.push('plain')")
    desk.write(
      'app.js',
      `require('http').createServer((_, response) => response.end(found + ' ' + require('http').maxHeaderSize)).listen(${port})`,
    )
    const child = desk.spawn([
      'start',
      '--node-args',
      "--import './with space.mjs'",
      'app.js',
      '-i',
      '1',
      '--node-args=--import=./plain.cjs --max-http-header-size=20000',
    ])
    let log = ''
    child.stderr!.on('data', (text: Buffer) => (log += text.toString()))
    await eventually(() => log.includes('listening on'), `it listens: ${log}`)
    assert.equal((await get(port)).body, 'space,plain 20000')
    child.kill('SIGTERM')
    await once(child, 'exit')
  })
})

describe('the arguments of Node', () => {
  it('are refused where they are none, with the reason', () => {
    for (const [given, message] of [
      ["--import './x.js", /a quote is not closed/],
      ['x.js', /'x\.js' is neither an option of Node/],
      ['--import=./x.js y.js', /'y\.js' is neither/],
      ['-e 1', /with -e, Node would not run the app's file/],
      ['--watch-path=src', /with --watch-path=src/],
    ] as const)
      assert.throws(() => splitNodeArguments([given]), { message, code: 'ERR_CLUSTERED_USAGE' })
  })
})

describe('a TypeScript loader', () => {
  it('is not doubled, however it is given', (t) => {
    const folder = new Desk(t).project
    symlinkSync(modules, path.join(folder, 'node_modules'))
    const loader = path.join(folder, 'loader.mjs')
    writeFileSync(loader, "import { register } from 'tsx/esm/api'\nregister()\n")
    const file = path.join(folder, 'server.ts')
    const own = typeScriptArguments(file, [])
    assert.match(own.join(' '), /^--import file:.*tsx/)
    for (const given of [
      ['--import', 'tsx'],
      ['--import=tsx/esm'],
      ['-r', 'ts-node/register'],
      ['--require', '@swc-node/register'],
      ['--import', '/some/where/node_modules/tsx/dist/loader.mjs'],
      ['--import', loader],
      ['--loader', './my-loader.mjs'],
      ['--experimental-strip-types'],
    ])
      assert.deepEqual(typeScriptArguments(file, given), [], given.join(' '))
    for (const given of [
      ['--import', './tsx-like.js'],
      ['--require', 'dotenv/config'],
      ['--no-experimental-strip-types'],
    ])
      assert.deepEqual(typeScriptArguments(file, given), own, given.join(' '))
    assert.deepEqual(typeScriptArguments(path.join(folder, 'view.tsx'), []), own)
    assert.throws(() => typeScriptArguments('/view.tsx', []), /does not run JSX.*npm install tsx/)
    process.env['NODE_OPTIONS'] = '--max-old-space-size=100 --import "tsx"'
    t.after(() => delete process.env['NODE_OPTIONS'])
    assert.deepEqual(typeScriptArguments(file, []), [])
  })
})

describe('clustered start, of what is no program', () => {
  it('says at once what it is, and what to do', async (t) => {
    const desk = new Desk(t)
    desk.write('package.json', '{ "main": "app.js", "scripts": { "start": "node -r ./env.js app.js" } }')
    desk.write('app.js', plainApp('1'))
    desk.write('style.css', 'body {}')
    desk.write('types.d.ts', 'export {}')
    desk.write('run', '#!/bin/sh\nexec node app.js\n')
    mkdirSync(path.join(desk.project, 'empty'))
    const at = (file: string): string => path.join(desk.project, file)
    for (const [file, message] of [
      ['package.json', /is the project.*Is it \S*app\.js that you mean/],
      ['style.css', /style\.css is no program/],
      ['types.d.ts', /types\.d\.ts is no program/],
      ['run', /is a script for \/bin\/sh/],
    ] as const)
      assert.throws(() => refuseOtherFiles(at(file)), { message, code: 'ERR_CLUSTERED_NOT_A_PROGRAM' })
    refuseOtherFiles(at('app.js'))
    for (const [args, message] of [
      [
        ['npm', '--', 'start'],
        /'npm' is a command, and a file is expected.*Is it app\.js that you mean.*NOT_A_PROGRAM/,
      ],
      [['empty'], /empty is a folder in which Node finds no program/],
      [['types.d.ts', 'style.css'], /style\.css: nothing is expected after types\.d\.ts/],
      [['app.js', '--ignore', 'x'], /--ignore is of --watch/],
      [['app.js', '--node-args'], /--node-args is given without a value/],
    ] as const) {
      const { code, stderr } = await desk.run('start', ...args)
      assert.ok(code === 1 || code === 2, `${args.join(' ')}: ${code}`)
      assert.match(stderr, message)
    }
  })

  it('runs what node folder runs', async (t) => {
    const desk = new Desk(t)
    desk.env['PORT'] = String(await freePort())
    desk.write('package.json', '{ "name": "shop", "main": "lib/app.js" }')
    desk.write('lib/app.js', plainApp('1'))
    const ran = await desk.run('start', '.', '--daemon', '-i', '1')
    assert.equal(ran.code, 0, ran.stderr)
    assert.equal((await get(Number(desk.env['PORT']))).body, '1')
    await desk.run('delete', 'shop')
  })
})

describe('a daemon that does not come up', () => {
  it('ends and says why: a second port that is taken', async (t) => {
    const desk = new Desk(t)
    const taken = net.createServer().listen(0)
    await once(taken, 'listening')
    t.after(() => taken.close())
    desk.env['PORT'] = String(await freePort())
    desk.write(
      'two.js',
      plainApp('1', `http.createServer().listen(${(taken.address() as net.AddressInfo).port})`),
    )
    const { code, stderr } = await desk.run('start', 'two.js', '-i', '2', '--daemon')
    assert.equal(code, 1)
    assert.match(stderr, /'two' did not come up[^]*EADDRINUSE[^]*ERR_CLUSTERED_BOOT_FAILED/)
    await eventually(() => processesIn(desk.project) === 0, 'no process is left')
    assert.deepEqual(desk.sockets, [])
  })

  it('ends and says why: no control socket, no folder for its logs', async (t) => {
    const desk = new Desk(t)
    desk.env['PORT'] = String(await freePort())
    desk.write('app.js', plainApp('1'))
    const noFolder = path.join(desk.project, 'app.js')
    Object.assign(desk.env, { XDG_RUNTIME_DIR: noFolder, TMPDIR: noFolder })
    const unseen = await desk.run('start', 'app.js', '-i', '1', '--daemon')
    assert.equal(unseen.code, 1)
    assert.match(
      unseen.stderr,
      /did not come up: it was ended, as no command could operate it[^]*no control socket/,
    )
    Object.assign(desk.env, { XDG_STATE_HOME: noFolder })
    const unlogged = await desk.run('start', 'app.js', '-i', '1', '--daemon')
    assert.equal(unlogged.code, 1)
    assert.match(unlogged.stderr, /ENOTDIR.*Set XDG_STATE_HOME/)
    await eventually(() => processesIn(desk.project) === 0, 'no process is left')
  })
})
