import { readdirSync, type Stats, statSync } from 'node:fs'
import path from 'node:path'

/** How long (in ms) a file may stay the same before it is finished. */
const settled = 5000

/** Those that Node takes by itself, at a signal or near the heap's limit, cannot be seen but by their files. */
export class SnapshotFiles {
  readonly #folders: readonly string[]
  #size = -1
  #changedAt = -Infinity

  constructor(folder: string | undefined) {
    // Node 20 heeds --diagnostic-dir for some of them only.
    this.#folders = folder === undefined ? ['.'] : [folder, '.']
  }

  /**
   * Whether this process is writing one. An empty file is one whose heap is
   * still being walked; it grows after that.
   * @param since milliseconds since the epoch: older files are of another time.
   */
  areWritten(since: number): boolean {
    const size = this.#newest(since)
    if (size === undefined) return false
    if (size !== this.#size) {
      this.#size = size
      this.#changedAt = performance.now()
    }
    return size === 0 || performance.now() - this.#changedAt < settled
  }

  #newest(since: number): number | undefined {
    const name = new RegExp(`^Heap\\.\\d+\\.\\d+\\.${process.pid}\\.\\d+\\.\\d+\\.heapsnapshot$`)
    return this.#folders
      .flatMap((folder) => look(folder, name))
      .filter(({ mtimeMs }) => mtimeMs >= since)
      .toSorted((one, other) => other.mtimeMs - one.mtimeMs)[0]?.size
  }
}

function look(folder: string, name: RegExp): Stats[] {
  try {
    return readdirSync(folder)
      .filter((file) => name.test(file))
      .map((file) => statSync(path.join(folder, file)))
  } catch {
    return []
  }
}
