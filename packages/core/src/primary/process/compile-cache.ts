import { mkdirSync, realpathSync } from 'node:fs'
import module from 'node:module'
import { homedir } from 'node:os'
import path from 'node:path'
import { controlFolders, makePrivate } from '../../control/folder.ts'
import { checkOwner, checkTrusted } from '../../control/trust.ts'
import type { WorkerBriefing } from '../../protocol/messages.ts'
import type { Settings } from '../../settings.ts'
import type { Release } from '../release.ts'
import { clear, trim } from './cache-files.ts'
import type { ProcessEvents } from './system.ts'

/** Node 20 has none. */
const nodeHasOne = 'enableCompileCache' in module

/** With one of these the cache is somebody else's business, or makes their figures less exact. */
const variables = ['NODE_COMPILE_CACHE', 'NODE_DISABLE_COMPILE_CACHE', 'NODE_V8_COVERAGE']

/** How a process ends in which V8 finds what cannot be. */
const fatalInV8 = 'SIGTRAP'

/** The same, and what has many another cause once the program is loaded: addons, memory that runs out. */
const fatalAtBoot = new Set<string | null>([fatalInV8, 'SIGABRT', 'SIGILL', 'SIGSEGV', 'SIGBUS'])

/**
 * Where workers keep what Node has compiled: a worker that boots loads what
 * another has compiled before. It is code, so the folder is one that nobody else
 * can write to. Where there is none, workers do without.
 */
export class CompileCache {
  /** The option can change while the cluster runs. */
  readonly #settings: Settings
  /** Those that workers have been given. */
  readonly #folders = new Set<string>()
  /** The generation that has its writer. */
  #written: number | undefined
  #isWarned = false
  #isGivenUp = false

  constructor(settings: Settings) {
    this.#settings = settings
  }

  /** For a worker that starts now. */
  brief(
    { generation, cwd }: Release,
    environment: Record<string, string | undefined>,
  ): WorkerBriefing['compileCache'] {
    const { compileCache } = this.#settings
    if (compileCache === false || this.#isGivenUp || !nodeHasOne) return undefined
    if (variables.some((name) => environment[name])) return undefined
    const folder = compileCache === undefined ? ownFolder() : this.#given(path.resolve(cwd, compileCache))
    if (folder === undefined) return undefined
    this.#folders.add(folder)
    const isWriter = this.#written !== generation
    this.#written = generation
    return { folder, isWriter }
  }

  /** Node itself removes nothing, and each release that is deployed adds to it. */
  async trim(): Promise<void> {
    // What cannot be removed now is left.
    for (const folder of this.#folders) await trim(folder).catch(() => {})
  }

  /** Has the cache given up if a worker dies in a way that could be its fault. */
  watched(events: ProcessEvents): ProcessEvents {
    let isLoaded = false
    return {
      ...events,
      message: (message, handle) => {
        isLoaded ||= message.type === 'listen'
        events.message(message, handle)
      },
      exit: (code, signal, error) => {
        // It may have been the one to write it.
        if (!isLoaded) this.#written = undefined
        if (signal === fatalInV8 || (!isLoaded && fatalAtBoot.has(signal))) this.#giveUp(signal!)
        events.exit(code, signal, error)
      },
    }
  }

  /** What V8 could not read it could not read at the next boot either. */
  #giveUp(signal: string): void {
    if (this.#isGivenUp || this.#folders.size === 0) return
    this.#isGivenUp = true
    for (const folder of this.#folders) clear(folder)
    this.#settings.logger.warn(
      'compile-cache',
      `a worker was ended by ${signal}, of which Node's compile cache may be the cause: it is emptied, and workers do ` +
        'without it from now on',
    )
  }

  #given(folder: string): string | undefined {
    try {
      mkdirSync(folder, { recursive: true, mode: 0o700 })
      const real = realpathSync(folder)
      checkTrusted(real)
      return real
    } catch (error) {
      if (!this.#isWarned)
        this.#settings.logger.warn(
          'compile-cache',
          `compileCache: ${(error as Error).message}. Workers do without; expected a folder that this user or root ` +
            'owns and nobody else can write to',
        )
      this.#isWarned = true
      return undefined
    }
  }
}

function ownFolder(): string | undefined {
  // Files would be of another user than the one that they are for.
  if (process.getuid?.() !== process.geteuid?.()) return undefined
  for (const make of [inCacheHome, inTemporary])
    try {
      return make()
    } catch {
      // Not there, not this user's, not to be written to.
    }
  return undefined
}

function inCacheHome(): string {
  const given = process.env['XDG_CACHE_HOME']
  const isGiven = given && path.isAbsolute(given)
  // With sudo it may be another user's.
  if (!isGiven) checkOwner(realpathSync(homedir()))
  const cache = isGiven ? given : path.join(homedir(), '.cache')
  mkdirSync(cache, { recursive: true, mode: 0o700 })
  const real = realpathSync(cache)
  checkOwner(real)
  return privateIn(real, 'clustered')
}

function inTemporary(): string {
  const own = controlFolders().at(-1)!
  makePrivate(own)
  return privateIn(own, 'compile-cache')
}

function privateIn(parent: string, name: string): string {
  const folder = path.join(parent, name)
  makePrivate(folder)
  return folder
}
