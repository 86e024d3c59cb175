import assert from 'node:assert/strict'
import { lstatSync } from 'node:fs'
import path from 'node:path'
import { describe, it } from 'node:test'
import { get } from './support/http.ts'
import { start } from './support/program.ts'
import { temporaryFolder } from './support/temporary-folder.ts'

const modes = /modes: (.+)/

describe(
  'the file of a unix socket',
  { skip: process.platform !== 'linux' && 'needs abstract sockets' },
  () => {
    it('has the mode that it has in plain Node, a reload later too', async (t) => {
      const plain = start(t, 'socket-modes.js', { env: { FOLDER: temporaryFolder(), PLAIN: '1' } })
      const [, expected] = await plain.sees(modes)
      await plain.dispose()

      const folder = temporaryFolder()
      const abstract = `clustered-modes-${process.pid}`
      const program = start(t, 'socket-modes.js', { env: { FOLDER: folder, ABSTRACT: abstract } })
      await program.sees(/modes: .+[^]+modes: .+/)
      const since = program.output.length
      program.kill('SIGHUP')
      await program.sees(/reload done/)
      await program.sees(/modes: .+[^]+modes: .+/, since)
      const seen = program.output.split('\n').flatMap((line) => modes.exec(line)?.[1] ?? [])
      assert.deepEqual(new Set(seen), new Set([expected]))
      for (const where of [path.join(folder, 'both'), path.join(folder, 'masked'), `\0${abstract}`])
        assert.equal((await get(where)).body, 'hello')
    })

    it('has the mode that listen was told', async (t) => {
      const file = path.join(temporaryFolder(), 'place')
      const listen = JSON.stringify([{ path: file, writableAll: true }])
      const program = start(t, 'server.js', { env: { OPTIONS: '{"workers":1}', LISTEN: listen } })
      await program.listens()
      assert.equal(lstatSync(file).mode & 0o222, 0o222)
      assert.equal((await get(file)).body, 'hello')
    })
  },
)
