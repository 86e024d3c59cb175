import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, chownSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { Desk, type Listed, plainApp } from './support/desk.ts'
import { freePort } from './support/port.ts'
import { eventually, start } from './support/program.ts'
import { Terminal } from './support/terminal.ts'

const nobody = 65534

/** More than Linux ever gives. */
const noPid = 9_999_999
const needsRoot = process.getuid?.() !== 0 && 'needs root, to be another user'

/** A window's title, a cleared screen, a carriage return, a C1 sequence, and text that runs backwards. */
const evil = '\u001b]0;pwned\u0007\u001b[2J\rx\u009b31m\u202egpj.exe'
const raw = /(?!\n)[\p{Cc}\p{Bidi_Control}]/u

/** What answers as a primary would, with what it is told to say of itself; it notes what it is asked. */
async function impostor(
  t: TestContext,
  socket: string,
  { user, answer }: { user?: number; answer: string },
): Promise<{ child: ChildProcess; asked: () => string }> {
  const code = `
    if (${user ?? -1} > 0) { process.setgroups([]); process.setgid(${user}); process.setuid(${user}) }
    require('http').createServer((request, response) => {
      console.log('asked', request.method, request.url)
      response.end(${JSON.stringify(answer)}.replace('HUGE', () => 'x'.repeat(6_000_000)))
    }).listen(${JSON.stringify(socket)}, () => console.log('listens'))`
  const child = spawn(process.execPath, ['-e', code], { stdio: ['ignore', 'pipe', 'inherit'] })
  t.after(() => child.kill('SIGKILL'))
  let output = ''
  child.stdout.on('data', (text: Buffer) => (output += text.toString()))
  await eventually(() => output.includes('listens'), 'the impostor listens')
  return { child, asked: () => output.replace('listens\n', '') }
}

function statusOf(name: string, more: object = {}): string {
  return JSON.stringify({
    name,
    pid: process.pid,
    state: 'ready',
    entry: `/x/${evil}.js`,
    cwd: '/x',
    version: 'v24.0.0',
    startedAt: Date.now(),
    address: `1.2.3.4:80${evil}`,
    balance: 'kernel',
    generation: 1,
    slots: 1,
    restarts: 0,
    drainTimeout: 1000,
    shutdownDelay: 0,
    primary: { rss: 1 },
    workers: [],
    ...more,
  })
}

async function daemon(t: TestContext): Promise<{ desk: Desk; record: string; socket: string; pid: number }> {
  const desk = new Desk(t)
  desk.env['PORT'] = String(await freePort())
  desk.write('app.js', plainApp('1'))
  const ran = await desk.run('start', 'app.js', '-i', '1', '--daemon')
  assert.equal(ran.code, 0, ran.stderr)
  const [{ pid } = { pid: 0 }] = await desk.json<Listed[]>('list')
  return {
    desk,
    record: path.join(desk.root, 'home/.local/state/clustered/daemons/app/record.json'),
    socket: desk.sockets[0]!,
    pid,
  }
}

describe('a control socket of another user', { skip: needsRoot }, () => {
  for (const [where, place] of [
    ['where a dead daemon had its own', (desk: Desk, socket: string) => [path.dirname(socket), socket]],
    [
      'in a folder of that user',
      (desk: Desk) => [path.join(desk.root, 'theirs'), path.join(desk.root, 'theirs/1-a.sock')],
    ],
  ] as const)
    it(`is not asked and not shown ${where}`, async (t) => {
      const { desk, record, socket, pid } = await daemon(t)
      process.kill(pid, 'SIGKILL')
      await eventually(async () => (await desk.json<Listed[]>('list'))[0]!.state === 'gone', 'it is gone')
      const [folder, theirs] = place(desk, socket) as [string, string]
      mkdirSync(folder, { recursive: true })
      rmSync(theirs, { force: true })
      for (const open of [desk.root, desk.runtime]) chmodSync(open, 0o755)
      chmodSync(folder, 0o777)
      if (folder.endsWith('theirs')) chownSync(folder, nobody, nobody)
      writeFileSync(record, JSON.stringify({ ...JSON.parse(readFileSync(record, 'utf8')), socket: theirs }))
      const { asked } = await impostor(t, theirs, { user: nobody, answer: statusOf('app', { pid }) })
      const { stdout, stderr } = await desk.run('list')
      assert.match(stdout, /app +- +gone/)
      assert.doesNotMatch(stdout + stderr, /1\.2\.3\.4|pwned/)
      for (const command of ['reload', 'stop']) {
        const ran = await desk.run(command, 'app')
        assert.equal(ran.code, 1, command)
        assert.match(ran.stderr, /'app' does not run/)
      }
      assert.equal(asked(), '')
    })

  it('is not asked behind a folder that is a link of that user', async (t) => {
    const desk = new Desk(t)
    const real = path.join(desk.root, 'real')
    mkdirSync(path.join(real, 'clustered'), { recursive: true, mode: 0o700 })
    const { asked } = await impostor(t, path.join(real, 'clustered/1-a.sock'), { answer: statusOf('shop') })
    desk.env['XDG_RUNTIME_DIR'] = real
    assert.equal((await desk.json<Listed[]>('list')).length, 1, 'our own folder is trusted')
    const link = path.join(desk.root, 'link')
    symlinkSync(real, link)
    desk.env['XDG_RUNTIME_DIR'] = link
    assert.equal((await desk.json<Listed[]>('list')).length, 1, 'and so is our own link to it')
    const before = asked()
    spawn('chown', ['-h', String(nobody), link])
    await eventually(async () => (await desk.json<Listed[]>('list')).length === 0, 'their link is not')
    assert.ok(asked().startsWith(before))
  })
})

describe('the state folder', { skip: needsRoot }, () => {
  it('of another user is neither read nor written', async (t) => {
    const { desk } = await daemon(t)
    assert.equal((await desk.run('stop', 'app')).code, 0)
    chownSync(path.join(desk.root, 'home/.local/state'), nobody, nobody)
    const listed = await desk.run('list')
    assert.match(listed.stdout, /Nothing runs/)
    assert.match(
      listed.stderr,
      /warning: the daemons are not shown: .*state belongs to user 65534 and not to 0/,
    )
    const ran = await desk.run('start', 'app.js', '--daemon')
    assert.equal(ran.code, 1)
    assert.match(ran.stderr, /belongs to user 65534 .* Set XDG_STATE_HOME .*ERR_CLUSTERED_STATE_FOLDER/)
    chownSync(path.join(desk.root, 'home/.local/state'), 0, 0)
    assert.equal((await desk.run('delete', 'app')).code, 0)
  })

  it("has no log written through another user's link", async (t) => {
    const { desk, record } = await daemon(t)
    assert.equal((await desk.run('stop', 'app')).code, 0)
    const victim = path.join(desk.root, 'victim')
    writeFileSync(victim, '')
    const log = path.join(path.dirname(record), 'out.log')
    spawn('sh', ['-c', `rm ${log}; ln -s ${victim} ${log}; chown -h ${nobody} ${log}; echo done`], {
      stdio: ['ignore', 'pipe', 'inherit'],
    }).stdout.once('data', () => writeFileSync(victim, 'linked'))
    await eventually(() => readFileSync(victim, 'utf8') === 'linked', 'the link')
    for (const args of [
      ['start', 'app'],
      ['logs', 'app'],
    ]) {
      const ran = await desk.run(...args)
      assert.equal(ran.code, 1)
      assert.match(ran.stderr, /out\.log belongs to user 65534 .*ERR_CLUSTERED_STATE_FOLDER/)
    }
    assert.equal(readFileSync(victim, 'utf8'), 'linked')
  })
})

describe('what a program says of itself', () => {
  async function listening(t: TestContext, answer: string): Promise<Desk> {
    const desk = new Desk(t)
    mkdirSync(path.join(desk.runtime, 'clustered'), { mode: 0o700 })
    await impostor(t, path.join(desk.runtime, `clustered/${noPid}-a.sock`), { answer })
    return desk
  }

  it('reaches a terminal without control characters, and JSON as it is', async (t) => {
    const desk = await listening(t, statusOf('shop', { workers: [worker({ state: evil })] }))
    for (const args of [['list'], ['describe', 'shop'], ['top']]) {
      const { stdout, stderr } = await desk.run(...args)
      assert.match(stdout, /shop/)
      assert.doesNotMatch(stdout + stderr, raw, args.join(' '))
    }
    const { stdout } = await desk.run('list', '--json')
    assert.doesNotMatch(stdout, raw)
    assert.equal(JSON.parse(stdout)[0].address, `1.2.3.4:80${evil}`)
    const error = await (
      await listening(t, JSON.stringify({ error: { code: 'E', message: evil } }))
    ).run('list')
    assert.doesNotMatch(error.stdout + error.stderr, raw)
  })

  for (const [what, answer] of Object.entries({
    'no JSON': 'hello',
    'half of a JSON': statusOf('shop').slice(0, -10),
    null: 'null',
    'an array': '[]',
    'a name that is none': statusOf(`x${evil}`),
    'a name that is a path': statusOf('../../x'),
    'workers that are none': statusOf('shop', { workers: [null] }),
    'numbers that are none': statusOf('shop', { restarts: evil }),
    'without end': statusOf('shop', { cwd: 'HUGE' }),
  }))
    it(`is not believed when it is ${what}: one clear line`, async (t) => {
      const desk = await listening(t, answer)
      const { code, stdout, stderr } = await desk.run('list')
      assert.equal(code, 0)
      assert.match(stdout, new RegExp(`\\? +${noPid} +not responding`))
      assert.match(stderr, /^warning: [^\n]*\n$/)
      const ran = await desk.run('reload', String(noPid))
      assert.equal(ran.code, 1)
      assert.match(ran.stderr, /does not respond.*ERR_CLUSTERED_NOT_RESPONDING/)
    })

  it('in its log does nothing to a terminal, and goes byte for byte into a pipe', async (t) => {
    const desk = new Desk(t)
    desk.write('app.js', plainApp('1', `console.log(${JSON.stringify(`a ${evil} line`)})`))
    const terminal = new Terminal(t, desk, { PORT: String(await freePort()) })
    await terminal.run('clustered start app.js -i 1 --daemon')
    const { output } = await terminal.run('clustered logs app')
    assert.match(output, /app \| a \]0;pwnedxgpj\.exe line\r\n/)
    for (const control of ['\u001b]', '\u001b[2J', '\u0007', '\u009b', '\u202e', '\rx'])
      assert.ok(!output.includes(control), JSON.stringify(output))
    assert.equal((await desk.run('logs', 'app')).stdout, `a ${evil} line\n`)
    await desk.run('delete', 'app')
  })
})

function worker(more: object): object {
  return { slot: 0, pid: 1, state: 'ready', generation: 1, startedAt: 0, ...more }
}

describe('a record', () => {
  it('that is none, or names another folder, is not believed, and deletes nothing', async (t) => {
    const { desk, record } = await daemon(t)
    assert.equal((await desk.run('stop', 'app')).code, 0)
    const good = JSON.parse(readFileSync(record, 'utf8'))
    for (const bad of [
      '{',
      '[]',
      JSON.stringify({ ...good, name: '../..' }),
      JSON.stringify({ ...good, argv: [1] }),
    ]) {
      writeFileSync(record, bad)
      const { stdout, stderr } = await desk.run('list')
      assert.match(stdout, /Nothing runs/)
      assert.match(stderr, /^warning: .*record\.json is no record of a daemon/)
      assert.equal((await desk.run('delete', 'app')).code, 1)
    }
    assert.ok(readFileSync(record))
  })

  it('with the pid of another process is that of a daemon that is gone', async (t) => {
    const { desk, record, pid } = await daemon(t)
    process.kill(pid, 'SIGKILL')
    const other = start(t, 'server.js', { env: { OPTIONS: '{"control":false}' } })
    writeFileSync(record, JSON.stringify({ ...JSON.parse(readFileSync(record, 'utf8')), pid: other.pid }))
    assert.equal((await desk.json<Listed[]>('list'))[0]!.state, 'gone')
    assert.equal((await desk.run('delete', 'app')).code, 0)
    await other.listens()
    process.kill(other.pid, 'SIGTERM')
    await once(other.child, 'exit')
  })
})
