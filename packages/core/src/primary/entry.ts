import { realpathSync, statSync } from 'node:fs'
import path from 'node:path'
import { ClusteredError } from '../errors.ts'

/** What the workers shall run, if it is not the program that this process runs. */
export interface Program {
  file: string
  /** What the program finds in `process.argv` after its file. */
  args: readonly string[]
  /** Node's own arguments. */
  execArgv: readonly string[]
}

/** What a worker runs: a program as it stands on disk. */
export interface Release {
  /** Counts the reloads, from 1. */
  generation: number
  /** The entry file, with every symlink followed. */
  exec: string
  /** The working directory, likewise. */
  cwd: string
  args: readonly string[]
  /** Node's own arguments. */
  execArgv: readonly string[]
}

/**
 * Where the program is, as it was named when it was started. A deploy that
 * moves the symlink `current` from one release to the next changes what these
 * names lead to, and not the names.
 */
export class Entry {
  /** The entry file as it was named. */
  readonly file: string
  readonly #args: readonly string[]
  /** Node's own arguments. */
  readonly execArgv: readonly string[]
  readonly #cwd: string

  /** @throws {ClusteredError} ERR_CLUSTERED_NO_ENTRY in a REPL, `node -e` and the like. */
  constructor(program?: Program) {
    const file = program?.file ?? process.argv[1]
    if (!file)
      throw new ClusteredError(
        'ERR_CLUSTERED_NO_ENTRY',
        'There is no program file that workers could run: this process was started from a REPL, from ' +
          'standard input or with node -e. Put the program in a file, or use { workers: 0 }.',
      )
    const cwd = process.cwd()
    this.#cwd = logicalCwd(cwd)
    const inside = path.relative(cwd, file)
    // Node has made argv[1] absolute with the physical working directory.
    this.file = inside.startsWith('..') || path.isAbsolute(inside) ? file : path.join(this.#cwd, inside)
    this.#args = program?.args ?? process.argv.slice(2)
    this.execArgv = program?.execArgv ?? process.execArgv
  }

  /** Follows the names to what they lead to now. */
  release(generation: number): Release {
    return {
      generation,
      exec: follow(this.file),
      cwd: follow(this.#cwd),
      args: this.#args,
      execArgv: this.execArgv,
    }
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
