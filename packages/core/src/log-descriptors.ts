import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { current } from './log-redirect.ts'
import { countLost } from './lost-log.ts'

/**
 * What makes a line on stdout or stderr a lost one. Not EAGAIN: whoever writes
 * to a descriptor himself waits and tries again.
 */
const lost = new Set(['EPIPE', 'EIO', 'ENOSPC', 'EDQUOT', 'ECONNRESET', 'ENXIO'])

type Write = (fd: number, data: unknown, ...rest: unknown[]) => unknown
type Done = (error: NodeJS.ErrnoException | null, written: number, data: unknown) => void

const done = Symbol.for('@clustered/core log descriptors')

/**
 * Loggers such as pino write to the descriptors 1 and 2 themselves, and emit an
 * 'error' of their own, which nobody listens to, or throw. For these two
 * descriptors, what nobody takes counts as written. And they stand for the files
 * that have followed theirs.
 */
export function surviveOnDescriptors(): void {
  const marked = fs as typeof fs & { [done]?: boolean }
  if (marked[done]) return
  Object.defineProperty(marked, done, { value: true })
  for (const name of ['write', 'writev'] as const)
    replace(name, (original) => (fd, data, ...rest) => {
      const callback = rest.at(-1)
      if ((fd !== 1 && fd !== 2) || typeof callback !== 'function') return original(fd, data, ...rest)
      const survive: Done = (error, written, given) => {
        if (error && isLost(error)) (callback as Done)(null, lengthOf(data, rest), given)
        else (callback as Done)(error, written, given)
      }
      return original(current(fd), data, ...rest.slice(0, -1), survive)
    })
  for (const name of ['writeSync', 'writevSync'] as const)
    replace(name, (original) => (fd, data, ...rest) => {
      if (fd !== 1 && fd !== 2) return original(fd, data, ...rest)
      try {
        return original(current(fd), data, ...rest)
      } catch (error) {
        if (isLost(error as NodeJS.ErrnoException)) return lengthOf(data, rest)
        throw error
      }
    })
  syncBuiltinESMExports()
}

function replace(
  name: 'write' | 'writev' | 'writeSync' | 'writevSync',
  wrap: (original: Write) => Write,
): void {
  const functions = fs as unknown as Record<string, Write>
  const original = functions[name]!
  // Its name, its length, and how it is made to return a promise.
  functions[name] = Object.defineProperties(wrap(original), Object.getOwnPropertyDescriptors(original))
}

function isLost({ code }: NodeJS.ErrnoException): boolean {
  if (code === undefined || !lost.has(code)) return false
  countLost(code)
  return true
}

/** How many bytes were to be written. */
function lengthOf(data: unknown, [offset, length]: unknown[]): number {
  if (Array.isArray(data))
    return (data as ArrayBufferView[]).reduce((sum, { byteLength }) => sum + byteLength, 0)
  if (!ArrayBuffer.isView(data)) return Buffer.byteLength(String(data))
  const options: Partial<Record<string, unknown>> | null =
    typeof offset === 'object' ? offset : { offset, length }
  const wanted = options?.['length']
  const from = options?.['offset']
  return typeof wanted === 'number' ? wanted : data.byteLength - (typeof from === 'number' ? from : 0)
}
