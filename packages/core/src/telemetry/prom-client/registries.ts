import { createRequire } from 'node:module'

/** What of a registry of prom-client is used, in 14 and 15 alike. */
export interface MetricsRegistry {
  getMetricsAsJSON(): unknown
}

/** The file of prom-client that has its global registry, in every version and whatever the package is called. */
const file = /[\\/]lib[\\/]registry\.js$/

/** What the app says of its registries. */
export interface GivenRegistries {
  readonly given: Set<MetricsRegistry>
  /** Whether those that it does not name are looked for. */
  find: boolean
}

/**
 * The registries whose metrics are the app's: those that were given, and the
 * global one of each copy of prom-client that is loaded. All loaders of Node,
 * and those of TypeScript, keep CommonJS modules in the same cache, which a
 * bundle has no name for.
 */
export class Registries {
  readonly #told: () => GivenRegistries | undefined
  readonly #found = new Set<MetricsRegistry>()
  readonly #cache: NodeJS.Dict<{ exports?: unknown }>
  #looked = 0
  #last: string | undefined

  constructor(
    told: () => GivenRegistries | undefined,
    cache: NodeJS.Dict<{ exports?: unknown }> = createRequire(process.execPath).cache,
  ) {
    this.#told = told
    this.#cache = cache
  }

  all(): ReadonlySet<MetricsRegistry> {
    const { given = [], find = true } = this.#told() ?? {}
    if (!find) return new Set(given)
    this.#look()
    return new Set([...given, ...this.#found])
  }

  /** What has been loaded since the last look is at the end. */
  #look(): void {
    const names = Object.keys(this.#cache)
    const from = names[this.#looked - 1] === this.#last ? this.#looked : 0
    this.#looked = names.length
    this.#last = names.at(-1)
    for (const name of names.slice(from)) if (file.test(name)) this.#take(this.#cache[name]?.exports)
  }

  #take(exports: unknown): void {
    if (typeof exports !== 'function') return
    const { globalRegistry } = exports as { globalRegistry?: unknown }
    if (isRegistry(globalRegistry)) this.#found.add(globalRegistry)
  }
}

export function isRegistry(value: unknown): value is MetricsRegistry {
  return typeof (value as MetricsRegistry | null | undefined)?.getMetricsAsJSON === 'function'
}
