import type { ToPrimary } from '../protocol/messages.ts'
import { resolveOptions, type Settings } from '../settings.ts'
import { whileWatched } from '../watcher.ts'

type OptionsMessage = Extract<ToPrimary, { type: 'options' }>

/** What is asked for anew each time that it matters, and so can change while the cluster runs; by option. */
const changeable = {
  drainTimeout: ['drainTimeout'],
  shutdownDelay: ['shutdownDelay'],
  bootTimeout: ['bootTimeout'],
  reload: ['surge', 'soak'],
  migrate: ['migrate'],
  goodbye: ['goodbye'],
  compileCache: ['compileCache'],
  maxMemory: ['maxMemory'],
  maxRequests: ['maxRequests'],
  maxAge: ['maxAge'],
} as const satisfies Record<string, (keyof Settings)[]>

/** What they are called by `clustered start`. */
const flags: Record<string, string> = {
  workers: '-i',
  name: '--name',
  env: '--env-file',
  logFormat: '--log-format',
  logTime: '--log-time',
}

/**
 * The options that a supervised program gives to `clustered(app, options)`:
 * its primary is not made by that call, and hears of them from the workers.
 * What it was given itself counts more.
 */
export class CodeOptions {
  readonly #given: ReadonlySet<string>
  readonly #scale: (workers: number) => void
  #isFirst = true
  #warned = ''

  /**
   * @param given the names of the options that the primary was given.
   * @param scale is called once, when a worker first says how many are wanted.
   */
  constructor(given: readonly string[], scale: (workers: number) => void) {
    this.#given = new Set(given)
    this.#scale = scale
  }

  /** Changes `settings`, and says once which options stay without effect. */
  take(settings: Settings, { options, others }: OptionsMessage): void {
    const own = this.#read(options)
    if (!own) return
    for (const [option, names] of Object.entries(changeable))
      if (!this.#given.has(option)) for (const name of names) Object.assign(settings, { [name]: own[name] })
    Object.assign(settings, whileWatched(settings))
    const setsSize = 'workers' in options && !this.#given.has('workers') && own.workers > 0
    if (setsSize && this.#isFirst) {
      settings.bounds = own.bounds
      if (own.workers !== settings.workers) this.#scale(own.workers)
    }
    this.#isFirst = false
    const differ = Object.keys(options).filter(
      (name) => !(name in changeable) && own[name as keyof Settings] !== settings[name as keyof Settings],
    )
    this.#warn(
      settings,
      [...differ, ...others].filter((name) => !this.#given.has(name) && !(name === 'workers' && setsSize)),
    )
  }

  /** A worker's own call has thrown, if they are wrong. */
  #read(options: object): Settings | undefined {
    try {
      return resolveOptions(options)
    } catch {
      return undefined
    }
  }

  #warn({ logger }: Settings, unused: readonly string[]): void {
    const names = unused.map((name) => (flags[name] ? `${name} (${flags[name]})` : name)).join(', ')
    if (names !== '' && names !== this.#warned)
      logger.warn(
        'program:options',
        `options in the program's code that are not used, as its primary was not made by the program: ${names}. ` +
          'Give them to what started it, or run the program itself: node server.js in place of clustered start server.js',
      )
    this.#warned = names
  }
}
