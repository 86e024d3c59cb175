import { readdirSync } from 'node:fs'
import path from 'node:path'
import { isBundled, ownFile } from '../../own-files.ts'
import type { Names } from '../names.ts'
import { isMissing, realPath } from '../on-disk.ts'

/** From the folder of `@clustered/core`, and from its `lib`. */
const preload = 'worker/preload.js'

/**
 * What is loaded into a worker before the program, from the release that it
 * runs: the files of the first release may be gone by then.
 *
 * It is where this package's own file would be in that release. Else it is of
 * the package that the program would load, by itself or through an adapter;
 * and else this package's own, as with a `clustered` command that is installed elsewhere.
 *
 * @param exec the release's entry file.
 * @returns `undefined` if it is nowhere.
 */
export function findPreload(exec: string, names: Names): string | undefined {
  // The program's own file has it.
  if (isBundled) return exec
  const own = ownFile(preload)
  const moved = names.find(own)
  const found =
    moved !== undefined && moved !== own
      ? moved
      : (installed(exec, own) ?? (isMissing(own) ? undefined : own))
  latest = found ?? latest
  return found
}

let latest: string | undefined

/** A file of this package that this process may need when its own are gone. */
export function fileOfRelease(name: string): string {
  const own = ownFile(name)
  if (latest === undefined || !isMissing(own)) return own
  return path.join(latest.slice(0, -preload.length), name)
}

function installed(exec: string, own: string): string | undefined {
  const found = folders(exec).flatMap((folder) => {
    const scope = path.join(folder, 'node_modules', '@clustered')
    const adapters = list(scope).flatMap((name) => {
      const adapter = realPath(path.join(scope, name)) ?? scope
      // Where each package has its own node_modules, and where they are neighbours.
      return [path.join(adapter, 'node_modules/@clustered/core'), path.join(adapter, '../core')]
    })
    return [path.join(scope, 'core'), ...adapters].flatMap(
      (core) => realPath(path.join(core, 'lib', preload)) ?? [],
    )
  })
  // Of two in one program, it is the one that this process has.
  return found.includes(own) ? own : found[0]
}

/** The folder, and all above it. */
function folders(folder: string): string[] {
  const above = path.dirname(folder)
  return above === folder ? [folder] : [folder, ...folders(above)]
}

function list(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}
