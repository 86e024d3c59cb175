import {
  closeSync,
  constants,
  fstatSync,
  ftruncateSync,
  openSync,
  readSync,
  type Stats,
  writeSync,
} from 'node:fs'
import { grace } from '../../log-redirect.ts'

const chunkSize = 64 * 1024
const newline = 0x0a

/** In bytes. What nobody can see any more is thrown away from here on. */
const mostHidden = 1024 * 1024

/** A file that this program writes to, or has written to before it was rotated. */
export class OpenedFile {
  readonly fd: number
  /** Processes whose descriptor 1 or 2 it is: what is not Node, such as a child of theirs, writes there ever after. */
  readonly holders: Set<number> = new Set()
  /** Up to where what it has stays in it; from there on, it belongs into the file that has followed it. */
  #kept: number | undefined
  #sizeBefore = 0
  #leftAt = Infinity

  /** @throws Node's own error. */
  constructor(file: string, flags: number = 0, mode: number = 0o600) {
    this.fd = openSync(file, constants.O_RDWR | constants.O_APPEND | flags, mode)
  }

  get stat(): Stats {
    return fstatSync(this.fd)
  }

  /** All that are known to write to the next file do so. */
  leave(): void {
    this.#kept = this.stat.size
    this.#leftAt = Date.now()
  }

  /** Nobody writes to it any more, so that it can be closed. */
  get isOver(): boolean {
    return this.holders.size === 0 && Date.now() - this.#leftAt > grace
  }

  /**
   * Writes what has come since it was left to the file that has followed it.
   * @param all also a line that has no end yet.
   */
  carry(to: number, all = false): void {
    if (this.#kept === undefined) return
    const { size, nlink } = this.stat
    // A line that is written in pieces comes in one.
    const isQuiet = size === this.#sizeBefore
    this.#sizeBefore = size
    while (this.#kept < size) {
      const buffer = Buffer.alloc(Math.min(chunkSize, size - this.#kept))
      const chunk = buffer.subarray(0, readSync(this.fd, buffer, 0, buffer.length, this.#kept))
      const isLast = this.#kept + chunk.length >= size
      const end = all || isQuiet || !isLast ? chunk.length : chunk.lastIndexOf(newline) + 1
      if (end === 0) return
      writeSync(to, chunk.subarray(0, end))
      this.#kept += end
      if (isLast && end < chunk.length) return
    }
    if (nlink > 0 || size < mostHidden) return
    ftruncateSync(this.fd, 0)
    this.#kept = 0
  }

  close(): void {
    closeSync(this.fd)
  }
}
