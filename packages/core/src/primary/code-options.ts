import { inspect, isDeepStrictEqual } from 'node:util'
import type { Option } from '../options/option.ts'
import { allOptions, flagOf } from '../options/paths.ts'
import { type Sheet, sheetOf } from '../options/sheet.ts'
import { options as table } from '../options/table.ts'
import type { ToPrimary } from '../protocol/messages.ts'
import { resolveOptions, type Settings } from '../settings.ts'
import { whileWatched } from '../watcher.ts'
import type { WorkerHandle } from './fleet/worker-handle.ts'

type Told = Omit<Extract<ToPrimary, { type: 'options' }>, 'type'>

/** What the code says at one generation. */
interface Said extends Told {
  generation: number
  own: Settings
}

export interface CodeOptionsParts {
  /** They are changed in place. */
  settings: Settings
  /** What counts more than the code: flags, variables, a file, and what `supervise` was given. */
  given: Sheet
  /** This process does not run the program, and hears of its options from workers alone. */
  isSupervised: boolean
  scale: (workers: number) => void
  /** Some of the settings are others now. */
  onChange?: () => void
}

const options = new Map<string, Option<unknown>>(allOptions.map(({ path, option }) => [path, option]))

/**
 * The options in the program's code, as the first worker of each generation
 * says them. What has changed in them since the generation before is applied,
 * or named in a warning.
 */
export class CodeOptions {
  readonly #parts: CodeOptionsParts
  #now: Said | undefined
  #before: Said | undefined
  /** Code that did not come up has no say. */
  #failed = 0
  #warned = ''

  constructor(parts: CodeOptionsParts) {
    this.#parts = parts
  }

  take(worker: WorkerHandle, told: Told): void {
    const { generation } = worker.release
    if (generation <= Math.max(this.#now?.generation ?? 0, this.#failed)) return
    const own = this.#read(told.options)
    if (!own) return
    const said = { ...told, generation, own }
    const { settings, isSupervised } = this.#parts
    const changed = this.#changed(this.#now, said)
    const isNews = this.#now ? changed.length > 0 : isSupervised
    this.#before = this.#now
    this.#now = said
    if (isNews && this.#apply(own, changed))
      // It was started with what was there before.
      worker.replaceFor ??= 'options in its code have changed'
    if (this.#before) this.#tellChanges(changed)
    if (isSupervised) this.#tellUnused(said, settings)
  }

  /** The reload to that generation is done. Until then, no worker goes: those of the old code may be needed. */
  settle(generation: number): void {
    if (this.#now?.generation !== generation || !this.#before) return
    if (this.#changed(this.#before, this.#now).includes('workers')) this.#size(this.#now.own)
  }

  /** The reload to that generation has failed: what its code said is not what runs. */
  takeBack(generation: number): void {
    this.#failed = generation
    if (this.#now?.generation !== generation || !this.#before) return
    this.#apply(this.#before.own, this.#changed(this.#now, this.#before))
    this.#now = this.#before
  }

  /** A worker's own call has thrown, if they are wrong. */
  #read(given: object): Settings | undefined {
    try {
      return resolveOptions(given, this.#parts.given)
    } catch {
      return undefined
    }
  }

  /** The names of the options that are not what they were, and that the code has a say in. */
  #changed(before: Said | undefined, now: Said): string[] {
    const [old, young] = [sheetOf(before?.options ?? {}), sheetOf(now.options)]
    return [...new Set([...old.keys(), ...young.keys()])].filter(
      (path) => !this.#given.has(path) && !isDeepStrictEqual(old.get(path), young.get(path)),
    )
  }

  get #given(): Sheet {
    return this.#parts.given
  }

  /** @returns whether a worker that runs has to be replaced for it. */
  #apply(own: Settings, changed: readonly string[]): boolean {
    const { settings } = this.#parts
    const names = new Set(changed.map((path) => path.split('.')[0]!))
    let needsBoot = false
    for (const name of names as Set<keyof typeof table & keyof Settings>) {
      const { change } = table[name]
      if (name === 'workers' || change === 'restart' || change === 'worker') continue
      needsBoot ||= change === 'boot' && !isDeepStrictEqual(settings[name], own[name])
      Object.assign(settings, { [name]: own[name] })
    }
    Object.assign(settings, whileWatched(settings))
    this.#parts.onChange?.()
    if (names.has('workers') && !this.#before) this.#size(own)
    return needsBoot
  }

  #size({ workers, bounds }: Settings): void {
    const { settings, scale } = this.#parts
    if (workers === 0) return
    settings.bounds = bounds
    // Between two bounds, the load says how many.
    if (!bounds || !this.#before) scale(workers)
  }

  #tellChanges(changed: readonly string[]): void {
    const { logger } = this.#parts.settings
    const isLate = (path: string): boolean =>
      options.get(path)?.change === 'restart' || (path === 'workers' && this.#now!.own.workers === 0)
    const applied = changed.filter((path) => !isLate(path))
    if (applied.length > 0)
      logger.info('program:options', `options in the code have changed: ${this.#inWords(applied)}`)
    const late = changed.filter(isLate)
    if (late.length > 0 && !this.#parts.isSupervised)
      logger.warn(
        'program:options',
        `options in the code have changed that a reload cannot apply: ${this.#inWords(late)}. ` +
          'To have them, stop the program and start it again, primary and all (a daemon: clustered restart)',
      )
  }

  /** As in `drainTimeout 500 (10000 before)`. */
  #inWords(paths: readonly string[]): string {
    const [old, young] = [sheetOf(this.#before!.options), sheetOf(this.#now!.options)]
    const change = (path: string): string => `${shown(path, young)} (${shown(path, old)} before)`
    return paths
      .map((path) => `${path} ${options.get(path)?.secret ? '(not shown)' : change(path)}`)
      .join(', ')
  }

  /** Once for the same names. */
  #tellUnused({ own, options: told, others }: Said, settings: Settings): void {
    const differ = Object.keys(told).filter(
      (name) =>
        table[name as keyof typeof table]?.change === 'restart' &&
        own[name as keyof Settings] !== settings[name as keyof Settings],
    )
    const unused = [...differ, ...others].filter((name) => !this.#given.has(name))
    const names = unused.map((name) => (flagFor(name) ? `${name} (${flagFor(name)})` : name)).join(', ')
    if (names !== '' && names !== this.#warned)
      settings.logger.warn(
        'program:options',
        `options in the program's code that are not used, as its primary was not made by the program: ${names}. ` +
          'Give them to what started it, or run the program itself: node server.js in place of clustered start server.js',
      )
    this.#warned = names
  }
}

function shown(path: string, sheet: Sheet): string {
  const value = sheet.get(path) ?? options.get(path)?.default
  return value === undefined || value === Infinity ? 'by default' : inspect(value, { breakLength: Infinity })
}

/** What it is called by `clustered start`, if it is there. */
function flagFor(name: string): string | undefined {
  if (name === 'env') return '--env-file'
  return options.get(name)?.kind.placeholder && flagOf(name)
}
