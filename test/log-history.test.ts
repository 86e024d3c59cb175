import assert from 'node:assert/strict'
import { fork } from 'node:child_process'
import { type FileHandle, open } from 'node:fs/promises'
import path from 'node:path'
import { it } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type * as History from '../packages/cli/dist/log-history.js'
import { temporaryFolder } from './support/temporary-folder.ts'

const { openLog, openNext } = (await import(
  new URL('../../packages/cli/dist/log-history.js', import.meta.url).href
)) as typeof History

const rotator = fileURLToPath(new URL('../fixtures/rotates.js', import.meta.url))
const kept = 40
const looks = 150

/** What the rotator wrote to the file: how many there were before. */
async function numberIn(handle: FileHandle): Promise<number> {
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(20), 0, 20, 0)
  return Number(buffer.toString('utf8', 0, bytesRead))
}

/** In the middle of a rotation, there is no file of that name. */
async function numberOf(name: string): Promise<number> {
  for (;;) {
    const handle = await open(name).catch(() => undefined)
    if (!handle) continue
    const number = await numberIn(handle)
    await handle.close()
    return number
  }
}

it('a log is read whole, and each file followed by the next, while files are being rotated', async (t) => {
  const file = path.join(temporaryFolder(), 'app.log')
  const child = fork(rotator, [file, String(kept)])
  t.after(() => child.kill('SIGKILL'))
  await new Promise((resolve) => child.once('message', resolve))
  let [followed, missed] = [0, 0]
  for (let look = 0; look < looks; look++) {
    const newestBefore = await numberOf(file)
    const parts = await openLog(file)
    const oldestAfter = await numberOf(`${file}.${kept}`)
    const numbers = await Promise.all(parts.map(({ handle }) => numberIn(handle)))
    const [oldest, newest] = [numbers[0]!, numbers.at(-1)!]
    // Otherwise none of those is left that were there when it began to look.
    if (oldestAfter <= newestBefore) {
      assert.deepEqual(
        numbers,
        numbers.map((_, index) => oldest + index),
      )
    }
    assert.ok(oldest <= oldestAfter, `${oldest} is the oldest, and ${oldestAfter} is there`)
    assert.ok(newest >= newestBefore, `${newest} is the newest, and ${newestBefore} was there`)

    // Every now and then it has gone by then.
    const before = parts.at(look % 2 ? -1 : -kept) ?? parts[0]!
    const number = await numberIn(before.handle)
    await sleep(look % kept)
    const next = await openNext(file, before)
    const there = await numberOf(`${file}.${kept}`)
    if (next) {
      const following = await numberIn(next.handle)
      assert.ok(
        following > number && following <= Math.max(number + 1, there),
        `${following} after ${number}`,
      )
      if (following === number + 1) followed++
      else missed++
    }
    for (const { handle } of next ? [...parts, next] : parts) await handle.close()
  }
  assert.ok(
    followed > 0 && missed > 0,
    `${followed} followed, ${missed} went on with the oldest that was left`,
  )
})
