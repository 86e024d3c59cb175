/** Heap snapshots: native calls of up to minutes, in which the main thread stands and is not stuck. */
import { readdirSync, type Stats, statSync } from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import path from 'node:path'
import type { Readable } from 'node:stream'
import v8 from 'node:v8'

/** @param change called with 1 before the program takes a snapshot, and with -1 after it. */
export function onSnapshot(change: (difference: 1 | -1) => void): void {
  const around = <Args extends unknown[], Result>(call: (...args: Args) => Result): typeof call =>
    new Proxy(call, {
      apply(target, self, args) {
        change(1)
        try {
          return Reflect.apply(target, self, args) as Result
        } finally {
          change(-1)
        }
      },
    })
  v8.writeHeapSnapshot = around(v8.writeHeapSnapshot)
  v8.getHeapSnapshot = new Proxy(v8.getHeapSnapshot, {
    apply(target, self, args) {
      const stream = around(() => Reflect.apply(target, self, args) as Readable)()
      // The first read writes all of it out, in one go.
      const read = stream._read.bind(stream)
      stream._read = around((size: number) => read(size))
      return stream
    },
  })
  syncBuiltinESMExports()
}

/** Where Node is told to put the snapshots that it takes by itself; undefined for the working directory. */
export function diagnosticFolder(): string | undefined {
  const given = [...(process.env['NODE_OPTIONS']?.split(/\s+/) ?? []), ...process.execArgv]
  const option = /^--diagnostic[-_]dir(?:=(.*))?$/
  const at = given.findLastIndex((argument) => option.test(argument))
  if (at === -1) return undefined
  return option.exec(given[at]!)?.[1] ?? given[at + 1]
}

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
