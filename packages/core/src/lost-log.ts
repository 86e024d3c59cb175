/** Log lines that could not be written: the reader has gone, the file system is full. */
export interface LostLog {
  /** Why the last one was lost, such as `ENOSPC`. */
  code: string
  /** When that was, in milliseconds since the epoch. */
  at: number
}

let last: LostLog | undefined

/** The last log line that this process has lost, on stdout or on stderr. */
export function lostLog(): LostLog | undefined {
  return last
}

/** Notes that there is one more. */
export function countLost(code: string): void {
  last = { code, at: Date.now() }
}
