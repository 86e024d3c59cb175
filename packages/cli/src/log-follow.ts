import { setTimeout as sleep } from 'node:timers/promises'
import { openNext, type Part, readAt } from './log-history.ts'

const chunkSize = 64 * 1024

/** In ms. */
const lookEvery = 200

/**
 * What the parts have, and then, if asked to, all that is added, also to the
 * files that follow them when they are rotated.
 * @returns pieces, and 'now' when all has come that was there.
 */
export async function* follow(
  file: string,
  parts: readonly Part[],
  forever: boolean,
): AsyncGenerator<Buffer | 'now'> {
  for (const part of parts) {
    yield* read(part)
    if (part !== parts.at(-1)) await part.handle.close()
  }
  yield 'now'
  const last = parts.at(-1)
  if (forever) yield* more(file, last)
  await last?.handle.close()
}

async function* more(file: string, last: Part | undefined): AsyncGenerator<Buffer> {
  let part = last
  for (;;) {
    await sleep(lookEvery)
    const next = await openNext(file, part)
    if (next) {
      // The workers go over to the new file one after the other.
      await sleep(lookEvery)
      if (part) yield* read(part)
      await part?.handle.close()
      part = next
    }
    if (part) yield* read(part)
  }
}

async function* read(part: Part): AsyncGenerator<Buffer> {
  const { size } = await part.handle.stat()
  // Somebody has emptied it, as log rotation may.
  if (size < part.from) part.from = 0
  const end = Math.min(size, part.to)
  while (part.from < end) {
    const chunk = await readAt(part.handle, part.from, Math.min(chunkSize, end - part.from))
    if (chunk.length === 0) return
    part.from += chunk.length
    yield chunk
  }
}
