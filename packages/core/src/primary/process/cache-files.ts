import { readdirSync, rmSync, statSync } from 'node:fs'
import path from 'node:path'
import { setImmediate } from 'node:timers/promises'

/** In bytes: a large app has 5 MB for each release. */
const most = 128 * 1024 ** 2

/** What a file takes on disk at least, in bytes. */
const block = 4096

/** How long (in ms) this process may be held up at a time: to have each file looked at in a thread takes ten times the CPU. */
const turn = 5

/** Node has a folder for each of its versions. A folder that was chosen for the cache may have more in it. */
const ofNode = /^v\d+\.\d+\.\d+-/

/**
 * Removes the oldest files of the cache once it has grown too large, until half
 * of that is left. A file is written once, by the release that needs it: the
 * oldest are of those that are gone.
 */
export async function trim(cache: string): Promise<void> {
  const files: { file: string; size: number; writtenAt: number }[] = []
  let left = 0
  // What else waits for the cluster to be ready comes first: the program's own callback of `listen`.
  await setImmediate()
  for await (const file of inTurns(list(cache))) {
    // Another process may trim as well.
    const found = statSync(file, { throwIfNoEntry: false })
    if (!found) continue
    const size = Math.max(found.size, block)
    files.push({ file, size, writtenAt: found.mtimeMs })
    left += size
  }
  if (left <= most) return
  files.sort((one, other) => one.writtenAt - other.writtenAt)
  for await (const { file, size } of inTurns(files)) {
    if (left <= most / 2) return
    rmSync(file, { force: true })
    left -= size
  }
}

export function clear(cache: string): void {
  try {
    for (const file of list(cache)) rmSync(file, { force: true })
  } catch {
    // The folder is gone, or this user may not remove what is in it.
  }
}

function* list(cache: string): Generator<string> {
  for (const version of readdirSync(cache).filter((name) => ofNode.test(name)))
    for (const name of readdirSync(path.join(cache, version))) yield path.join(cache, version, name)
}

/** Lets the rest of this process run in between. */
async function* inTurns<T>(all: Iterable<T>): AsyncGenerator<T> {
  let end = performance.now() + turn
  for (const each of all) {
    yield each
    if (performance.now() < end) continue
    await setImmediate()
    end = performance.now() + turn
  }
}
