import type { Readable } from 'node:stream'
import { StringDecoder } from 'node:string_decoder'

/** In characters; a line that is longer is nothing that was meant for us, and is not kept. */
const longestLine = 64 * 1024

/** Calls back with each line, however it arrives; '' for one that is too long. */
export function readLines(stream: Readable, onLine: (line: string) => void): void {
  const decoder = new StringDecoder('utf8')
  let begun = ''
  let tooLong = false
  stream.on('data', (chunk: Buffer) => {
    const [first = '', ...rest] = decoder.write(chunk).split('\n')
    begun += first
    for (const next of rest) {
      if (!tooLong) onLine(begun)
      tooLong = false
      begun = next
    }
    if (begun.length <= longestLine) return
    // Said before its end, which may never come.
    if (!tooLong) onLine('')
    tooLong = true
    begun = ''
  })
}
