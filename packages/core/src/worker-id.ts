import { runtime } from './runtime.ts'

/**
 * What a worker is called in what clients keep, such as the id of a session: 8
 * letters, digits, `-` or `_`. It never comes back, and says nothing of the
 * process: whoever reads it can do nothing with it.
 */
export function newWorkerId(): string {
  // Not in every worker, whose name is its primary's to make up: it takes a megabyte.
  const { randomBytes } = require('node:crypto') as typeof import('node:crypto')
  return randomBytes(6).toString('base64url')
}

/** Clients send it: whatever has not this form names nobody. */
export function isWorkerId(value: unknown): value is string {
  return typeof value === 'string' && /^[\w-]{8}$/.test(value)
}

/**
 * What this worker is called: 8 letters, digits, `-` or `_`, which never come
 * back. An app puts it into its own session ids, and the function that is the
 * option `sticky` finds it there again.
 *
 * Where there are no workers (single mode, plain Node) it names this process.
 */
export function workerId(): string {
  const here = runtime()
  return here.worker?.id ?? (here.id ??= newWorkerId())
}
