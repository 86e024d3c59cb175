/**
 * Loaded into each worker under `--watch`: it tells the primary which files
 * the app itself writes, so that those do not count as saves.
 */
import cluster from 'node:cluster'
import fs, { realpathSync } from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { isMainThread } from 'node:worker_threads'
import { type OwnWrite, versionOf } from './written-files.ts'

type Call = (this: unknown, ...args: unknown[]) => unknown

/** What writes, by how many of its first arguments name files. */
const writers: Record<string, number> = {
  writeFile: 1,
  appendFile: 1,
  truncate: 1,
  unlink: 1,
  rm: 1,
  copyFile: 2,
  cp: 2,
  rename: 2,
}

const send = process.send?.bind(process)
// A worker's own children inherit its arguments, and have another parent.
if (cluster.isWorker && isMainThread && send) {
  const tell = (ownWrite: OwnWrite['ownWrite']): void =>
    void send({ ownWrite } satisfies OwnWrite, undefined, undefined, () => {})
  for (const [name, count] of Object.entries(writers)) {
    wrapSync(fs, `${name}Sync`, count, tell)
    wrapCallback(name, count, tell)
    wrapPromise(name, count, tell)
  }
  wrapStreams(tell)
  syncBuiltinESMExports()
}

type Tell = (write: OwnWrite['ownWrite']) => void

function wrapSync(target: object, name: string, count: number, tell: Tell): void {
  wrap(target, name, (call, self, args) => {
    const end = begin(args.slice(0, count), tell)
    try {
      return Reflect.apply(call, self, args)
    } finally {
      end()
    }
  })
}

function wrapCallback(name: string, count: number, tell: Tell): void {
  wrap(fs, name, (call, self, args) => {
    const callback = args.at(-1)
    if (typeof callback !== 'function') return Reflect.apply(call, self, args)
    const end = begin(args.slice(0, count), tell)
    const told = (...results: unknown[]): unknown => {
      end()
      return Reflect.apply(callback, undefined, results) as unknown
    }
    return Reflect.apply(call, self, [...args.slice(0, -1), told])
  })
}

function wrapPromise(name: string, count: number, tell: Tell): void {
  wrap(fs.promises, name, async (call, self, args) => {
    const end = begin(args.slice(0, count), tell)
    try {
      return await (Reflect.apply(call, self, args) as Promise<unknown>)
    } finally {
      end()
    }
  })
}

function wrapStreams(tell: Tell): void {
  wrap(fs, 'createWriteStream', (call, self, args) => {
    const end = begin(args.slice(0, 1), tell)
    const stream = Reflect.apply(call, self, args) as fs.WriteStream
    stream.once('close', end)
    return stream
  })
}

function wrap(
  target: object,
  name: string,
  instead: (call: Call, self: unknown, args: unknown[]) => unknown,
): void {
  const call = Reflect.get(target, name) as Call | undefined
  if (!call) return
  const wrapped = function (this: unknown, ...args: unknown[]): unknown {
    return instead(call, this, args)
  }
  Reflect.set(target, name, Object.assign(wrapped, call))
}

/** @returns what to call when it is done. */
function begin(given: readonly unknown[], tell: Tell): () => void {
  const files = given.flatMap((file) => absolute(file) ?? [])
  for (const file of files) tell({ file, state: 'begun' })
  return () => {
    for (const file of files) tell({ file, state: 'done', version: versionOf(file) })
  }
}

/** Its folder may be a symlink. A descriptor names no file. */
function absolute(file: unknown): string | undefined {
  if (typeof file !== 'string' && !(file instanceof URL) && !Buffer.isBuffer(file)) return undefined
  try {
    const name = file instanceof URL ? fileURLToPath(file) : String(file)
    return path.join(realpathSync(path.dirname(path.resolve(name))), path.basename(name))
  } catch {
    return undefined
  }
}
