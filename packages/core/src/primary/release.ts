import { ClusteredError } from '../errors.ts'
import type { Names } from './names.ts'
import { isMissing, realPath } from './on-disk.ts'
import { findPreload } from './process/preload-file.ts'

/** What a worker runs: a program as it stands on disk, the same one for as long as it stands there. */
export interface Release {
  /** Counts the reloads, from 1. */
  readonly generation: number
  /** The entry file, with every symlink followed. */
  readonly exec: string
  /** The working directory, likewise. */
  readonly cwd: string
  readonly args: readonly string[]
  /** Node's own arguments, as they were given. */
  readonly execArgv: readonly string[]
  /**
   * Looks whether it is still there, and what a worker needs besides.
   * @throws {ClusteredError} ERR_CLUSTERED_RELEASE_GONE
   */
  locate(): Surroundings
}

export interface Surroundings {
  /** The working directory by its name, if that leads there. */
  pwd: string
  /** Node's own arguments, with the files of this release. */
  execArgv: readonly string[]
  /** The file of this package that is loaded before the program. */
  preload: string
}

/** The parts that are the same in each release. */
export interface Constant {
  names: Names
  /** The working directory as it was named. */
  cwd: string
  args: readonly string[]
  execArgv: readonly string[]
  /** Follows the names to what they lead to now. */
  follow: () => { exec: string; cwd: string }
}

/** A release that is found by its names. */
export class NamedRelease implements Release {
  readonly generation: number
  readonly args: readonly string[]
  readonly execArgv: readonly string[]
  readonly #constant: Constant
  #at: { exec: string; cwd: string }
  /** The entry may be named without its extension, which Node finds. */
  readonly #wasFound: boolean

  constructor(generation: number, constant: Constant) {
    this.generation = generation
    this.args = constant.args
    this.execArgv = constant.execArgv
    this.#constant = constant
    this.#at = constant.follow()
    this.#wasFound = !isMissing(this.exec)
  }

  get exec(): string {
    return this.#at.exec
  }

  get cwd(): string {
    return this.#at.cwd
  }

  locate(): Surroundings {
    const { names, cwd, execArgv, follow } = this.#constant
    // Removed after a deploy, before the reload: the names lead to one that can serve.
    if (!this.#isThere) this.#at = follow()
    if (!this.#isThere) throw this.#gone()
    return {
      pwd: realPath(cwd) === this.cwd ? cwd : this.cwd,
      execArgv: execArgv.map((argument) => names.inArgument(argument)),
      preload: findPreload(this.exec, names),
    }
  }

  get #isThere(): boolean {
    return !isMissing(this.cwd) && !(this.#wasFound && isMissing(this.exec))
  }

  #gone(): ClusteredError {
    const gone = isMissing(this.cwd) ? `the working directory ${this.cwd}` : `the program ${this.exec}`
    return new ClusteredError(
      'ERR_CLUSTERED_RELEASE_GONE',
      `${gone} is not there any more. Put it back, or start the program anew from where it is now; ` +
        'one that is started through a symlink goes where that leads',
    )
  }
}
