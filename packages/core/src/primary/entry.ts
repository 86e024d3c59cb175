import path from 'node:path'
import { ClusteredError } from '../errors.ts'
import type { Names } from './names.ts'
import { realPath } from './on-disk.ts'
import { isGiven } from './process/node-arguments.ts'
import { NamedRelease, type Release } from './release.ts'
import { asNamed, firstDirectory, givenNames, workingDirectory } from './working-directory.ts'

/** What the workers shall run, if it is not the program that this process runs. */
export interface Program {
  file: string
  /** What the program finds in `process.argv` after its file. */
  args: readonly string[]
  /** Node's own arguments. */
  execArgv: readonly string[]
}

/** Where the program is, as it was named when it was started. */
export class Entry {
  /** The entry file as it was named. */
  readonly file: string
  /** The working directory as it was named. */
  readonly cwd: string
  readonly #args: readonly string[]
  /** Node's own arguments. */
  readonly execArgv: readonly string[]
  readonly #names: Names
  /** Both without the names that they were found by. */
  readonly #first: { file: string; cwd: string }

  /** @throws {ClusteredError} ERR_CLUSTERED_NO_ENTRY in a REPL, `node -e` and the like. */
  constructor(program?: Program) {
    const file = program?.file ?? process.argv[1]
    if (!file)
      throw new ClusteredError(
        'ERR_CLUSTERED_NO_ENTRY',
        'There is no program file that workers could run: this process was started from a REPL, from ' +
          'standard input or with node -e. Put the program in a file, or use { workers: 0 }.',
      )
    const cwd = (program ? workingDirectory() : firstDirectory) ?? process.env['PWD'] ?? path.dirname(file)
    this.#first = { file, cwd }
    this.#names = givenNames(file)
    this.cwd = asNamed(cwd, this.#names)
    this.file = this.#names.nameOf(file)
    this.#args = program?.args ?? process.argv.slice(2)
    this.execArgv = program?.execArgv ?? process.execArgv
  }

  release(generation: number): Release {
    const { cwd, execArgv } = this
    const follow = (): { exec: string; cwd: string } => this.#follow()
    return new NamedRelease(generation, { names: this.#names, cwd, args: this.#args, execArgv, follow })
  }

  #follow(): { exec: string; cwd: string } {
    const cwd = this.#now(this.cwd, this.#first.cwd)
    const exec = this.#now(this.file, this.#first.file)
    if (!keepsLinks(this)) return { exec, cwd }
    // Then what the entry requires is beside the link, and not beside the file.
    const folder = this.#now(path.dirname(this.file), path.dirname(this.#first.file))
    return { exec: path.join(folder, path.basename(this.file)), cwd }
  }

  /** A name that says nothing else than the place did is no name, and others may know where that went. */
  #now(name: string, first: string): string {
    const moved = name === first ? this.#names.find(first) : undefined
    // An entry may be named without its extension, which Node finds.
    return moved ?? realPath(name) ?? name
  }
}

function keepsLinks(program: Entry): boolean {
  const { NODE_PRESERVE_SYMLINKS_MAIN } = process.env
  return isGiven(/(^|\s)--preserve[-_]symlinks[-_]main(\s|$)/, program) || NODE_PRESERVE_SYMLINKS_MAIN === '1'
}
