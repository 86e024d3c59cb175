import type { GoodbyeOptions } from './options.ts'

/** The option `goodbye` with its defaults in place. */
export type GoodbyeSettings = Required<GoodbyeOptions>

export const defaultGoodbye: GoodbyeSettings = { perSecond: 200, quiet: 100 }
