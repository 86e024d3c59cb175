import { existsSync, readdirSync, readFileSync, realpathSync, statSync } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { isDeepStrictEqual } from 'node:util'
import { checkOwnFile } from './state-folder.ts'

const chunkSize = 64 * 1024
const newline = 0x0a

/** A log file and where in it to begin and end; a file stays the same one when it is renamed. */
export interface Part {
  handle: FileHandle
  ino: number
  from: number
  /** `Infinity` for its end, also of what it gets later. */
  to: number
}

/** What was noted of a file: at the time `at` (in ms since the epoch) it had `size` bytes. */
interface Note {
  at: number
  size: number
}

/** How often it is looked while files are being rotated, and how long (in ms) in between. */
const [looks, pause] = [50, 10]

/** In the middle of a rotation there is no file of that name; nor is there one of a program that was never started. */
const looksForNone = 3

/**
 * A log file and those that were rotated, the oldest first, each open.
 * @throws {CliError} ERR_CLUSTERED_STATE_FOLDER
 */
export async function openLog(file: string): Promise<Part[]> {
  for (let look = 1; ; look++) {
    const name = nameOf(file)
    if (name !== undefined) {
      checkOwnFile(file)
      const parts = await openAll(namesOf(name))
      const inodes = parts.map(({ ino }) => ino)
      const found = namesOf(name).map(({ ino }) => ino)
      if (isDeepStrictEqual(inodes, found) || look === looks) return parts
      for (const { handle } of parts) await handle.close()
    } else if (look >= looksForNone) return []
    await sleep(pause)
  }
}

/**
 * What has followed a file that is not there any more by its name: `undefined`
 * if it is there, if nothing has, or if files are being rotated just now.
 */
export async function openNext(file: string, ino: number): Promise<Part | undefined> {
  const name = nameOf(file)
  // Nearly always it is there, and a look is one file's.
  if (name === undefined || statSync(name, { throwIfNoEntry: false })?.ino === ino) return undefined
  const files = namesOf(name)
  const place = files.findIndex((each) => each.ino === ino)
  // One that is not found has been removed or compressed, and what has its number says nothing.
  const next = place === -1 ? files.at(-1) : files[place + 1]
  if (next === undefined) return undefined
  const [part] = await openAll([next])
  // A rotation is many steps, and in between there are gaps.
  if (part?.ino === next.ino && isDeepStrictEqual(namesOf(name), files)) return part
  await part?.handle.close()
  return undefined
}

interface Named {
  name: string
  ino: number
}

/** The files that there are, the oldest first. */
function namesOf(name: string): Named[] {
  const prefix = `${path.basename(name)}.`
  const numbers = entriesOf(path.dirname(name))
    .filter((other) => other.startsWith(prefix) && /^[1-9]\d{0,3}$/.test(other.slice(prefix.length)))
    .map((other) => Number(other.slice(prefix.length)))
    .toSorted((one, other) => other - one)
  return [...numbers.map((number) => `${name}.${number}`), name].flatMap((each) => {
    const ino = statSync(each, { throwIfNoEntry: false })?.ino
    return ino === undefined ? [] : [{ name: each, ino }]
  })
}

function entriesOf(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    // This user may open what is in it, and not list it.
    return []
  }
}

/** Without those that are gone by now, or met a second time by their next name. */
async function openAll(files: readonly Named[]): Promise<Part[]> {
  const parts: Part[] = []
  for (const { name } of files)
    try {
      const part = await openPart(name)
      if (parts.some(({ ino }) => ino === part.ino)) await part.handle.close()
      else parts.push(part)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    }
  return parts
}

async function openPart(name: string): Promise<Part> {
  const handle = await open(name)
  return { handle, ino: (await handle.stat()).ino, from: 0, to: Infinity }
}

/** A link is where the logs are kept, and rotated. */
function nameOf(file: string): string | undefined {
  try {
    return realpathSync(file)
  } catch {
    return undefined
  }
}

/** Leaves of the parts what has their last `lines` lines, without reading the rest of it. */
export async function lastLines(parts: Part[], lines: number): Promise<void> {
  let missing = lines
  let isLast = true
  for (const part of parts.toReversed()) {
    const { size } = await part.handle.stat()
    part.from = size
    for (let end = size; end > 0 && missing > 0; end -= chunkSize) {
      const start = Math.max(0, end - chunkSize)
      const chunk = await readAt(part.handle, start, end - start)
      for (let index = chunk.length - 1; index >= 0 && missing > 0; index--) {
        // The last line's own newline begins no other.
        if (chunk[index] !== newline || (isLast && start + index === size - 1)) continue
        if (--missing === 0) part.from = start + index + 1
      }
    }
    if (missing > 0) part.from = 0
    if (size > 0) isLast = false
  }
}

/**
 * Leaves of the parts what can have been written between the two times, in ms
 * since the epoch: as the primary has noted every few seconds.
 */
export async function between(file: string, parts: Part[], since: number, until: number): Promise<void> {
  const notes = readNotes(`${nameOf(file) ?? file}.times`)
  for (const part of parts) {
    const { birthtimeMs, mtimeMs, size } = await part.handle.stat()
    const noted = notes.get(part.ino) ?? []
    const own = birthtimeMs <= (noted[0]?.at ?? mtimeMs) ? [{ at: birthtimeMs, size: 0 }, ...noted] : noted
    const before = own.findLast(({ at }) => at <= since)
    part.from = Math.min(size, before?.size ?? 0)
    if (mtimeMs < since) part.from = size
    part.to = own.find(({ at }) => at >= until)?.size ?? Infinity
  }
}

function readNotes(file: string): Map<number, Note[]> {
  const notes = new Map<number, Note[]>()
  if (!existsSync(file)) return notes
  for (const line of readFileSync(file, 'latin1').split('\n')) {
    const [at = NaN, ino = NaN, size = NaN] = line.split(' ').map(Number)
    if (Number.isNaN(size)) continue
    const own = notes.get(ino) ?? []
    notes.set(ino, own)
    // Somebody has emptied it: what was noted before is of other lines.
    if (size < (own.at(-1)?.size ?? 0)) own.length = 0
    own.push({ at, size })
  }
  return notes
}

export async function readAt(handle: FileHandle, position: number, length: number): Promise<Buffer> {
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(length), 0, length, position)
  return buffer.subarray(0, bytesRead)
}
