import { open, stat } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'

const chunkSize = 64 * 1024
const newline = 0x0a

/** In ms. */
const lookEvery = 200

/** @returns where in the file its last `lines` lines begin, without reading the rest of it. */
export async function startOfLastLines(file: string, lines: number): Promise<number> {
  const { size } = await stat(file)
  if (lines === 0) return size
  let newlines = 0
  for (let end = size; end > 0; end -= chunkSize) {
    const start = Math.max(0, end - chunkSize)
    const chunk = await readAt(file, start, end - start)
    for (let index = chunk.length - 1; index >= 0; index--) {
      // The last line's own newline begins no other.
      if (chunk[index] !== newline || start + index === size - 1) continue
      if (++newlines === lines) return start + index + 1
    }
  }
  return 0
}

/** The bytes from `position` to the end, and then, if asked to, all that is added. */
export async function* follow(file: string, position: number, forever: boolean): AsyncGenerator<Buffer> {
  let at = position
  for (;;) {
    const { size } = await stat(file)
    // Somebody has emptied it, as log rotation does.
    if (size < at) at = 0
    while (at < size) {
      const chunk = await readAt(file, at, Math.min(chunkSize, size - at))
      if (chunk.length === 0) break
      at += chunk.length
      yield chunk
    }
    if (!forever) return
    await sleep(lookEvery)
  }
}

async function readAt(file: string, position: number, length: number): Promise<Buffer> {
  const handle = await open(file)
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(length), 0, length, position)
    return buffer.subarray(0, bytesRead)
  } finally {
    await handle.close()
  }
}
