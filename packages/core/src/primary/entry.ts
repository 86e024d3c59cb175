import { realpathSync, statSync } from 'node:fs'
import path from 'node:path'
import { ClusteredError } from '../errors.ts'

/** What a worker runs: a program as it stands on disk. */
export interface Release {
  /** Counts the reloads, from 1. */
  generation: number
  /** The entry file, with every symlink followed. */
  exec: string
  /** The working directory, likewise. */
  cwd: string
}

/**
 * Where the program is, as it was named when it was started. A deploy that
 * moves the symlink `current` from one release to the next changes what these
 * names lead to, and not the names.
 */
export class Entry {
  readonly #exec: string
  readonly #cwd: string

  /** @throws {ClusteredError} ERR_CLUSTERED_NO_ENTRY in a REPL, `node -e` and the like. */
  constructor(exec: string | undefined = process.argv[1]) {
    if (!exec)
      throw new ClusteredError(
        'ERR_CLUSTERED_NO_ENTRY',
        'There is no program file that workers could run: this process was started from a REPL, from ' +
          'standard input or with node -e. Put the program in a file, or use { workers: 0 }.',
      )
    const cwd = process.cwd()
    this.#cwd = logicalCwd(cwd)
    const inside = path.relative(cwd, exec)
    // Node has made argv[1] absolute with the physical working directory.
    this.#exec = inside.startsWith('..') || path.isAbsolute(inside) ? exec : path.join(this.#cwd, inside)
  }

  /** Follows the names to what they lead to now. */
  release(generation: number): Release {
    return { generation, exec: follow(this.#exec), cwd: follow(this.#cwd) }
  }
}

/** The shell's idea of the working directory, which still has the symlink in it. */
function logicalCwd(cwd: string): string {
  const pwd = process.env['PWD']
  try {
    if (pwd && path.isAbsolute(pwd)) {
      const [logical, physical] = [statSync(pwd), statSync(cwd)]
      if (logical.ino === physical.ino && logical.dev === physical.dev) return pwd
    }
  } catch {
    // Gone or never there: the physical one serves.
  }
  return cwd
}

function follow(name: string): string {
  try {
    return realpathSync(name)
  } catch {
    // Missing, or an entry without its file extension: Node's own message, at
    // the worker's boot, says it best.
    return name
  }
}
