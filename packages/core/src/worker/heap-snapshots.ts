/** Heap snapshots: native calls of up to minutes, in which the main thread stands and is not stuck. */
import { syncBuiltinESMExports } from 'node:module'
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
