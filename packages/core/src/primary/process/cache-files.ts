import { readdirSync, rmSync } from 'node:fs'
import { readdir, rm, stat } from 'node:fs/promises'
import path from 'node:path'

/** In bytes: a large app has 5 MB for each release. */
const most = 128 * 1024 ** 2

/** What a file takes on disk at least, in bytes. */
const block = 4096

/** Node has a folder for each of its versions. A folder that was chosen for the cache may have more in it. */
const ofNode = /^v\d+\.\d+\.\d+-/

/**
 * Removes the oldest files of the cache once it has grown too large, until half
 * of that is left. A file is written once, by the release that needs it: the
 * oldest are of those that are gone.
 */
export async function trim(cache: string, limit: number = most): Promise<void> {
  const files = await list(cache)
  let left = sum(files)
  if (left <= limit) return
  for (const { file, size } of files.toSorted((one, other) => one.mtimeMs - other.mtimeMs)) {
    if (left <= limit / 2) return
    await rm(file, { force: true })
    left -= size
  }
}

export function clear(cache: string): void {
  try {
    for (const name of readdirSync(cache))
      if (ofNode.test(name)) rmSync(path.join(cache, name), { recursive: true, force: true })
  } catch {
    // Gone, or this user may not remove it.
  }
}

interface CacheFile {
  file: string
  size: number
  mtimeMs: number
}

async function list(cache: string): Promise<CacheFile[]> {
  const files: CacheFile[] = []
  for (const version of await readdir(cache)) {
    if (!ofNode.test(version)) continue
    for (const name of await readdir(path.join(cache, version))) {
      const file = path.join(cache, version, name)
      // Another process may trim as well.
      const found = await stat(file).catch(() => undefined)
      if (found) files.push({ file, size: Math.max(found.size, block), mtimeMs: found.mtimeMs })
    }
  }
  return files
}

function sum(files: readonly CacheFile[]): number {
  return files.reduce((total, { size }) => total + size, 0)
}
