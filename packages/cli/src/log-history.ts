import { existsSync, readdirSync, readFileSync, readlinkSync, realpathSync, statSync } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import path from 'node:path'
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

/** How often it is looked where files are being rotated faster than they are looked at. */
const looks = 50

/**
 * A log file and those that were rotated, the oldest first, each open.
 * @throws {CliError} ERR_CLUSTERED_STATE_FOLDER
 */
export async function openLog(file: string): Promise<Part[]> {
  checkOwnFile(file)
  const name = nameOf(file)
  for (let look = 1; ; look++) {
    const { parts, areInOrder } = await openAll(name)
    if (areInOrder || look === looks) return parts
    await closeAll(parts)
  }
}

/**
 * A rotation gives files higher numbers: who looks at each number in turn
 * cannot miss one. Where one that was met before comes again behind others,
 * it is not known which are older.
 */
async function openAll(name: string): Promise<{ parts: Part[]; areInOrder: boolean }> {
  const parts: Part[] = []
  let areInOrder = true
  for (let number = 0, last = 0; ; number++) {
    const part = await openPart(number === 0 ? name : `${name}.${number}`)
    const met = parts.findIndex(({ ino }) => ino === part?.ino)
    if (part && met === -1) parts.unshift(part)
    else if (part) {
      areInOrder &&= met === 0
      await part.handle.close()
    } else if (number >= last) {
      last = lastNumber(name)
      if (number >= last) return { parts, areInOrder }
    }
  }
}

async function closeAll(parts: readonly Part[]): Promise<void> {
  for (const { handle } of parts) await handle.close()
}

/**
 * What has followed a file that is not there any more by its name: `undefined`
 * if it is there, or if nothing has.
 * @param before `undefined` where there has not been one.
 */
export async function openNext(file: string, before: Part | undefined): Promise<Part | undefined> {
  // Nearly always it is there, and a look is one file's.
  if (before && statSync(file, { throwIfNoEntry: false })?.ino === before.ino) return undefined
  const parts = await openLog(file)
  const next = await nextOf(parts, before)
  await closeAll(parts.filter((part) => part !== next))
  return next
}

async function nextOf(parts: readonly Part[], before: Part | undefined): Promise<Part | undefined> {
  const place = parts.findIndex(({ ino }) => ino === before?.ino)
  if (!before || place !== -1) return parts[place + 1]
  // It has been removed, compressed or taken elsewhere. What is older has been read; some file systems do not say.
  const born = await birthOf(before)
  for (const part of parts) if (born > 0 && (await birthOf(part)) >= born) return part
  return parts.at(-1)
}

async function birthOf({ handle }: Part): Promise<number> {
  return (await handle.stat()).birthtimeMs
}

/** The highest of its numbers, `0` where it has none. */
function lastNumber(name: string): number {
  const prefix = `${path.basename(name)}.`
  const numbers = entriesOf(path.dirname(name))
    .filter((other) => other.startsWith(prefix) && /^[1-9]\d{0,3}$/.test(other.slice(prefix.length)))
    .map((other) => Number(other.slice(prefix.length)))
  return Math.max(0, ...numbers)
}

function entriesOf(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    // It is not there, or this user may open what is in it, and not list it.
    return []
  }
}

async function openPart(name: string): Promise<Part | undefined> {
  try {
    const handle = await open(name)
    return { handle, ino: (await handle.stat()).ino, from: 0, to: Infinity }
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code!)) return undefined
    throw error
  }
}

/** A link is where the logs are kept, and rotated; in the middle of that it leads to no file. */
function nameOf(file: string): string {
  try {
    return nameOf(path.resolve(realpathSync(path.dirname(file)), readlinkSync(file)))
  } catch {
    return file
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
  const notes = readNotes(`${nameOf(file)}.times`)
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
