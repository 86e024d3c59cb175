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

/** All of it is found in one go: a release that has been replaced has nothing of the next one. */
interface Found {
  exec: string
  cwd: string
  execArgv: readonly string[]
  preload: string | undefined
}

/** A release that is found by its names. */
export class NamedRelease implements Release {
  readonly generation: number
  readonly args: readonly string[]
  readonly execArgv: readonly string[]
  readonly #constant: Constant
  #found: Found
  /** The entry may be named without its extension, which Node finds. */
  readonly #hasEntry: boolean

  constructor(generation: number, constant: Constant) {
    this.generation = generation
    this.args = constant.args
    this.execArgv = constant.execArgv
    this.#constant = constant
    this.#found = this.#find()
    this.#hasEntry = !isMissing(this.exec)
  }

  get exec(): string {
    return this.#found.exec
  }

  get cwd(): string {
    return this.#found.cwd
  }

  locate(): Surroundings {
    // Removed after a deploy, before the reload: the names lead to one that can serve.
    if (this.#missing() !== undefined) this.#found = this.#find()
    const missing = this.#missing()
    if (missing !== undefined) throw releaseGone(missing)
    const { execArgv, preload, cwd } = this.#found
    const name = this.#constant.cwd
    return { execArgv, preload: preload!, pwd: realPath(name) === cwd ? name : cwd }
  }

  #find(): Found {
    const { names, execArgv, follow } = this.#constant
    const { exec, cwd } = follow()
    const moved = execArgv.map((argument) => names.inArgument(argument))
    return { exec, cwd, execArgv: moved, preload: findPreload(exec, names) }
  }

  #missing(): string | undefined {
    const { exec, cwd, preload } = this.#found
    if (isMissing(cwd)) return `The working directory ${cwd}`
    if (this.#hasEntry && isMissing(exec)) return `The program ${exec}`
    return preload === undefined || isMissing(preload) ? `The package @clustered/core of ${exec}` : undefined
  }
}

function releaseGone(missing: string): ClusteredError {
  return new ClusteredError(
    'ERR_CLUSTERED_RELEASE_GONE',
    `${missing} is not there any more. Put it back, or start the program anew from where it is now; ` +
      'one that is started through a symlink goes where that leads',
  )
}
