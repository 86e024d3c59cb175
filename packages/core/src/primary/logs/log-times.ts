import { appendFileSync, existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import type { LogFile } from './log-file.ts'

/** When (in ms) or after how many bytes a busy file is noted again. */
const every = 10_000
const bytes = 1024 * 1024

/** In bytes. */
const longest = 256 * 1024

/**
 * Beside each log file, how long it was when: of lines that bear no time it
 * can then be said when they were written. A line of it is a time in
 * milliseconds since the epoch, the inode of the file, and its size in bytes.
 */
export class LogTimes {
  readonly #file: string
  readonly #log: LogFile
  #last = { at: 0, ino: 0, size: -1 }

  constructor(log: LogFile) {
    this.#log = log
    this.#file = `${log.file}.times`
  }

  note(): void {
    const { ino, size } = this.#log.current.stat
    const at = Date.now()
    const { at: lastAt, ino: lastIno, size: lastSize } = this.#last
    if (ino === lastIno && (size === lastSize || (at - lastAt < every && size - lastSize < bytes))) return
    this.#last = { at, ino, size }
    if ((statSync(this.#file, { throwIfNoEntry: false })?.size ?? 0) > longest) this.#shorten()
    appendFileSync(this.#file, `${at} ${ino} ${size}\n`, { mode: 0o600 })
  }

  /** The older half goes. */
  #shorten(): void {
    const text = readFileSync(this.#file, 'latin1')
    const half = text.slice(text.indexOf('\n', text.length / 2) + 1)
    rmSync(this.#file)
    if (!existsSync(this.#file)) writeFileSync(this.#file, half, { mode: 0o600, flag: 'wx' })
  }
}
