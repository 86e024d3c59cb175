import assert from 'node:assert/strict'
import { fork } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { it } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type * as History from '../packages/cli/dist/log-history.js'

const { openLog, openNext } = (await import(
  new URL('../../packages/cli/dist/log-history.js', import.meta.url).href
)) as typeof History

const rotator = fileURLToPath(new URL('../fixtures/rotates.js', import.meta.url))
const kept = 40
const looks = 150

/** What the rotator wrote to the file: how many there were before. */
const numberOf = async (handle: FileHandle): Promise<number> => {
  const number = Number(await handle.readFile('utf8'))
  await handle.close()
  return number
}

it('a log is read whole, and each file followed by the next, while files are being rotated', async (t) => {
  const folder = mkdtempSync(path.join(tmpdir(), 'clustered-rotation-'))
  const file = path.join(folder, 'app.log')
  const child = fork(rotator, [file, String(kept)])
  t.after(() => {
    child.kill('SIGKILL')
    rmSync(folder, { recursive: true, force: true })
  })
  await new Promise((resolve) => child.once('message', resolve))
  let [followed, whole] = [0, 0]
  for (let look = 0; look < looks; look++) {
    const handle = await open(file).catch(() => undefined)
    if (!handle) continue
    const { ino } = await handle.stat()
    await sleep(look % kept)
    const next = await openNext(file, ino)
    const number = await numberOf(handle)
    if (next) {
      assert.equal(await numberOf(next.handle), number + 1)
      followed++
    }
    if (look % 3 > 0) continue
    const parts = await openLog(file)
    // The rotator may not get on while there is no file of that name.
    if (parts.length === 0) continue
    const numbers = await Promise.all(parts.map((part) => numberOf(part.handle)))
    assert.ok(numbers.length >= kept, `${numbers.length} files`)
    assert.deepEqual(
      numbers,
      numbers.map((_, index) => numbers[0]! + index),
    )
    whole++
  }
  assert.ok(followed > 0 && whole > 0, `${followed} followed, ${whole} read whole`)
})
