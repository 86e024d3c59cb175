import { existsSync, readFileSync, realpathSync, statSync } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
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

/**
 * A log file and those that were rotated, the oldest first, each open.
 * @throws {CliError} ERR_CLUSTERED_STATE_FOLDER
 */
export async function openLog(file: string): Promise<Part[]> {
  const parts: Part[] = []
  const name = nameOf(file)
  if (name === undefined) return parts
  checkOwnFile(file)
  for (let number = 0; number === 0 || existsSync(`${name}.${number}`); number++)
    try {
      // One that is rotated between two looks is met twice.
      const part = await openPart(number === 0 ? name : `${name}.${number}`)
      if (parts.some(({ ino }) => ino === part.ino)) await part.handle.close()
      else parts.unshift(part)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    }
  return parts
}

/** What has followed a file that is not there any more by its name: `undefined` if it is there, or nothing has. */
export async function openNext(file: string, ino: number): Promise<Part | undefined> {
  const name = nameOf(file)
  if (name === undefined || statSync(name).ino === ino) return undefined
  for (let number = 1; existsSync(`${name}.${number}`); number++)
    if (statSync(`${name}.${number}`, { throwIfNoEntry: false })?.ino === ino)
      return openPart(number === 1 ? name : `${name}.${number - 1}`)
  return openPart(name)
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
