import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, chownSync, cpSync, mkdirSync } from 'node:fs'
import path from 'node:path'
import { describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { Desk, type Listed } from './support/desk.ts'
import { pretend, pretendedStatus } from './support/pretended.ts'

const nobody = 65534
const needsRoot = process.getuid?.() !== 0 && 'needs root, to be another user'
const core = fileURLToPath(new URL('../../packages/core/lib', import.meta.url))

/**
 * As that user: a real program, and beside it what answers as a primary would that
 * says it is process 1, one that says nothing but has that in its name, and one that
 * says it is in a container.
 */
const theirs = (folder: string, copy: string) => `
  const [http, { mkdirSync }] = [require('http'), require('fs')]
  if (process.getuid() === 0) { process.setgroups([]); process.setgid(${nobody}); process.setuid(${nobody}) }
  const { clustered } = require(${JSON.stringify(path.join(copy, 'index.js'))})
  const answer = (body, file) => http.createServer((request, response) => {
    console.log('asked', request.method, file)
    response.end(body)
  }).listen(${JSON.stringify(folder)} + '/clustered/' + file)
  if (require('cluster').isPrimary) {
    mkdirSync(${JSON.stringify(folder)} + '/clustered', { mode: 0o700 })
    answer(${JSON.stringify(JSON.stringify(pretendedStatus('init', { pid: 1 })))}, '1-aaaaaa.sock')
    answer(${JSON.stringify(JSON.stringify(pretendedStatus('boxed', { pid: 1, container: 'pod-1' })))}, '2-bbbbbb.sock')
    answer('hello', '1-cccccc.sock')
  }
  clustered((request, response) => response.end(), { workers: 1, name: 'shop' }).listen(0, (error) => console.log(error ?? 'up'))`

describe('root', { skip: needsRoot }, () => {
  it("sees and operates another user's program, and believes no more of it than that user could do", async (t) => {
    const desk = new Desk(t)
    delete desk.env['CLUSTERED_USER']
    await pretend(t, desk, { own: {} })
    const folder = path.join(desk.root, 'theirs')
    mkdirSync(folder)
    chownSync(folder, nobody, nobody)
    chmodSync(desk.root, 0o711)
    // The checkout may be in a folder of root alone.
    const copy = path.join(desk.project, 'core')
    cpSync(core, copy, { recursive: true })
    desk.write('theirs.js', theirs(folder, copy))
    chmodSync(desk.project, 0o755)
    const child = spawn(process.execPath, [path.join(desk.project, 'theirs.js')], {
      cwd: desk.project,
      env: { PATH: process.env['PATH'], HOME: folder, XDG_RUNTIME_DIR: folder, TMPDIR: folder },
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    t.after(() => child.kill('SIGKILL'))
    let output = ''
    await new Promise<void>((resolve, reject) => {
      child.once('exit', () => reject(new Error(`It did not start: ${output}`)))
      child.stdout.setEncoding('utf8').on('data', (text: string) => {
        output += text
        if (output.includes('up\n')) resolve()
      })
    })
    const { stdout, stderr } = await desk.run('list')
    assert.match(stdout, /^name .* user\n/)
    assert.match(stdout, /\nown .* root\n/)
    assert.match(stdout, /\nshop .* nobody\n/)
    assert.match(stdout, /\nboxed +- .* pod-1 +nobody\n/, 'its pid is none here')
    assert.doesNotMatch(stdout, /\n(init|\?) /)
    assert.match(stderr, /warning: not shown: .*1-aaaaaa\.sock of nobody says that its primary is pid 1/)
    assert.match(stderr, /warning: not shown: .*1-cccccc\.sock of nobody/)

    const named = async (...flags: string[]) =>
      (await desk.json<Listed[]>('list', ...flags)).map(({ name }) => name)
    assert.deepEqual(await named('--user', 'nobody'), ['boxed', 'shop'])
    assert.deepEqual(await named('--user=root'), ['own'])
    const reload = await desk.run('reload', 'shop')
    assert.equal(reload.code, 0, reload.stderr)
    const refused = await desk.run('stop', 'init')
    assert.equal(refused.code, 1)
    assert.match(refused.stderr, /There is no 'init'/)
    assert.doesNotMatch(output, /asked POST/)
    const exit = once(child, 'exit')
    assert.equal((await desk.run('stop', 'shop', '--user', 'nobody')).code, 0)
    await exit
  })

  it('says what is wrong with --user', async (t) => {
    const desk = new Desk(t)
    assert.match(
      (await desk.run('list', '--user', 'no-such-user')).stderr,
      /no such user.*ERR_CLUSTERED_UNKNOWN_USER/,
    )
    const { code, stderr } = await desk.run('list', '--user')
    assert.equal(code, 2)
    assert.match(stderr, /--user needs the name of a user/)
  })
})
