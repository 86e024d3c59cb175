import { createRequire } from 'node:module'
import path from 'node:path'
import type { Hint } from '../../protocol/hints.ts'
import { prototypesWith } from '../loaded-classes.ts'
import { findRateLimit } from './es-module.ts'
import { type Program, type Signature, signatures } from './signatures.ts'
import { watchCalls } from './watch-calls.ts'

/** When (in ms) it is looked again: much is loaded by the first requests. */
const secondLook = 30_000

/** There are thousands of modules, and few are called so. */
const endings = new Set(signatures.map(({ file }) => path.basename(file)))

/**
 * Tells what the program uses of which each worker has one of its own, once for
 * each. It is found among the modules that are loaded, and nothing is loaded for
 * it; what it costs ends with the first call that tells.
 *
 * @param program asked when something is used.
 */
export function lookForHints(program: () => Program, tell: (hint: Hint) => void): void {
  const { cache } = createRequire(process.execPath)
  const told = new Set<Hint>()
  const seen = new WeakSet<object>()
  const say = (hint: Hint): void => {
    if (told.has(hint)) return
    told.add(hint)
    tell(hint)
  }
  const watch = ({ hint, method, isIt }: Signature, exported: unknown): void => {
    for (const prototype of prototypesWith(exported, method)) {
      if (seen.has(prototype)) continue
      seen.add(prototype)
      const isTold = (self: object, args: readonly unknown[]): boolean =>
        isIt({ self, args, program: program() })
      watchCalls(prototype, method, isTold, () => say(hint))
    }
  }
  const look = (): void => {
    for (const name of Object.keys(cache)) {
      if (!endings.has(name.slice(name.lastIndexOf(path.sep) + 1))) continue
      for (const signature of signatures)
        if (name.endsWith(signature.file)) watch(signature, cache[name]?.exports)
    }
  }
  look()
  setTimeout(look, secondLook).unref()
  const limit = signatures.find(({ hint }) => hint === 'express-rate-limit')!
  findRateLimit((module) => watch(limit, module))
}
