import assert from 'node:assert/strict'
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import net from 'node:net'
import path from 'node:path'
import { describe, it } from 'node:test'
import { removeStale } from '@clustered/core/control'
import { get } from './support/http.ts'
import { start } from './support/program.ts'
import { temporaryFolder } from './support/temporary-folder.ts'

/** The file of a socket that nobody answers any more. */
async function leaveSocket(file: string): Promise<void> {
  const code = `require('net').createServer().listen(${JSON.stringify(file)}, () => console.log('up'))`
  const child = spawn(process.execPath, ['-e', code], { stdio: ['ignore', 'pipe', 'inherit'] })
  await once(child.stdout, 'data')
  child.kill('SIGKILL')
  await once(child, 'exit')
}

const listenAt = (name: string) => ({ OPTIONS: '{"workers":1}', LISTEN: JSON.stringify([name]) })

describe('listen(path)', { skip: process.platform === 'win32' && 'needs unix sockets' }, () => {
  const notOurs: Record<string, (file: string) => void | Promise<void>> = {
    'a regular file': (file) => writeFileSync(file, 'data'),
    'an empty file': (file) => writeFileSync(file, ''),
    'a symlink to a file': (file) => {
      writeFileSync(`${file}.target`, 'data')
      symlinkSync(`${file}.target`, file)
    },
    'a symlink to nothing': (file) => symlinkSync(`${file}.missing`, file),
    'a symlink to a socket that nobody answers': async (file) => {
      await leaveSocket(`${file}.target`)
      symlinkSync(`${file}.target`, file)
    },
    'a folder': (file) => mkdirSync(file),
    'a named pipe': (file) => void execFileSync('sh', ['-c', `mkfifo '${file}'`]),
  }
  for (const [what, make] of Object.entries(notOurs))
    it(`leaves ${what} as it is: EADDRINUSE`, async (t) => {
      const file = path.join(temporaryFolder(), 'place')
      await make(file)
      const [before, names] = [lstatSync(file), readdirSync(path.dirname(file))]
      const program = start(t, 'server.js', { env: listenAt(file) })
      assert.equal(await program.ends(), 1)
      assert.match(program.output, /EADDRINUSE/)
      const after = lstatSync(file)
      assert.deepEqual([after.ino, after.size, after.mode], [before.ino, before.size, before.mode])
      assert.deepEqual(readdirSync(path.dirname(file)), names)
      if (what === 'a regular file') assert.equal(readFileSync(file, 'utf8'), 'data')
    })

  it('leaves a device as it is', async (t) => {
    const program = start(t, 'server.js', { env: listenAt('/dev/null') })
    assert.equal(await program.ends(), 1)
    assert.match(program.output, /EADDRINUSE/)
    assert.ok(lstatSync('/dev/null').isCharacterDevice())
  })

  it(
    "leaves another user's socket as it is, though nobody answers and the folder is writable",
    { skip: process.getuid?.() !== 0 && 'needs root' },
    async (t) => {
      const folder = temporaryFolder()
      chmodSync(folder, 0o777)
      const file = path.join(folder, 'place')
      await leaveSocket(file)
      const before = lstatSync(file).ino
      const program = start(t, 'unprivileged.js', { env: listenAt(file) })
      assert.equal(await program.ends(), 1)
      assert.match(program.output, /EADDRINUSE/)
      assert.equal(lstatSync(file).ino, before)
    },
  )

  it(
    'says who has a name that has no file',
    { skip: process.platform !== 'linux' && 'needs abstract sockets' },
    async (t) => {
      const name = `\0clustered-test-${process.pid}`
      const other = net.createServer().listen(name)
      t.after(() => other.close())
      await once(other, 'listening')
      const program = start(t, 'server.js', { env: listenAt(name) })
      assert.equal(await program.ends(), 1)
      assert.match(program.output, new RegExp(`EADDRINUSE.*held by pid ${process.pid} \\(`))
    },
  )

  it('is had by one of several that start at once where a socket was left', async (t) => {
    const file = path.join(temporaryFolder(), 'place')
    await leaveSocket(file)
    const programs = Array.from({ length: 4 }, () => start(t, 'server.js', { env: listenAt(file) }))
    const ends = await Promise.all(
      programs.map((program) => Promise.race([program.listens().catch(() => 'no'), program.ends()])),
    )
    const [first] = programs.filter((_, index) => ends[index] === 0)
    assert.equal(ends.filter((end) => end === 0).length, 1, JSON.stringify(ends))
    assert.ok(first!.workers().includes(Number((await get(file, '/pid')).body)))
    assert.deepEqual(readdirSync(path.dirname(file)), ['place'])
  })
})

it('of what lies among control sockets, only sockets that nobody answers are removed', async () => {
  const folder = temporaryFolder()
  const nobody = 2 ** 22 + 1
  writeFileSync(path.join(folder, `${nobody}-aaaaaa.sock`), 'data')
  symlinkSync('/dev/null', path.join(folder, `${nobody}-bbbbbb.sock`))
  await leaveSocket(path.join(folder, `${nobody}-cccccc.sock`))
  await removeStale(folder)
  assert.deepEqual(readdirSync(folder).sort(), [`${nobody}-aaaaaa.sock`, `${nobody}-bbbbbb.sock`])
})
