import { flagOf } from '../options/paths.ts'
import type { Sheet } from '../options/sheet.ts'
import { options as table } from '../options/table.ts'
import type { ToPrimary } from '../protocol/messages.ts'
import { resolveOptions, type Settings } from '../settings.ts'
import { whileWatched } from '../watcher.ts'

type OptionsMessage = Extract<ToPrimary, { type: 'options' }>

/** What is asked for anew each time that it matters, and so can change while the cluster runs. */
const changeable = Object.entries(table).flatMap(([name, { change }]) =>
  name !== 'workers' && (change === 'reload' || change === 'boot') ? (name as keyof Settings) : [],
)

/**
 * The options that a supervised program gives to `clustered(app, options)`:
 * its primary is not made by that call, and hears of them from the workers.
 * What it was given itself counts more.
 */
export class CodeOptions {
  readonly #given: Sheet
  readonly #scale: (workers: number) => void
  #isFirst = true
  #warned = ''

  /**
   * @param given what the primary was given.
   * @param scale is called once, when a worker first says how many are wanted.
   */
  constructor(given: Sheet, scale: (workers: number) => void) {
    this.#given = given
    this.#scale = scale
  }

  /** Changes `settings`, and says once which options stay without effect. */
  take(settings: Settings, { options, others }: OptionsMessage): void {
    const own = this.#read(options)
    if (!own) return
    for (const name of changeable) Object.assign(settings, { [name]: own[name] })
    Object.assign(settings, whileWatched(settings))
    const setsSize = 'workers' in options && !this.#given.has('workers') && own.workers > 0
    if (setsSize && this.#isFirst) {
      settings.bounds = own.bounds
      if (own.workers !== settings.workers) this.#scale(own.workers)
    }
    this.#isFirst = false
    const differ = Object.keys(options).filter(
      (name) =>
        table[name as keyof typeof table].change === 'restart' &&
        own[name as keyof Settings] !== settings[name as keyof Settings],
    )
    this.#warn(
      settings,
      [...differ, ...others].filter((name) => !this.#given.has(name)),
    )
  }

  /** A worker's own call has thrown, if they are wrong. */
  #read(options: object): Settings | undefined {
    try {
      return resolveOptions(options, this.#given)
    } catch {
      return undefined
    }
  }

  #warn({ logger }: Settings, unused: readonly string[]): void {
    const names = unused.map((name) => (flagFor(name) ? `${name} (${flagFor(name)})` : name)).join(', ')
    if (names !== '' && names !== this.#warned)
      logger.warn(
        `options in the program's code that are not used, as its primary was not made by the program: ${names}. ` +
          'Give them to what started it, or run the program itself: node server.js in place of clustered start server.js',
      )
    this.#warned = names
  }
}

/** What it is called by `clustered start`, if it is there. */
function flagFor(name: string): string | undefined {
  if (name === 'env') return '--env-file'
  return table[name as keyof typeof table]?.kind.placeholder && flagOf(name)
}
