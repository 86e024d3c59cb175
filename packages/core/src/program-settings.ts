import { badOption } from './bad-option.ts'
import type { ProgramOptions, Restart } from './options.ts'

/** What a program is that need not serve, with every default in place. */
export interface ProgramSettings {
  listen: boolean
  /** It need not listen, and serves from when it does. */
  mayListen: boolean
  /** Undefined where it is ready when it listens. */
  readyAfter: number | 'message' | undefined
  restart: Restart
  remainAfterExit: boolean
}

/**
 * What is only for programs that serve nothing, or only for others, is refused.
 * @throws {ClusteredError} ERR_CLUSTERED_BAD_OPTION
 */
export function programSettings(given: ProgramOptions & { spares?: number }): ProgramSettings {
  const { listen = true, readyAfter, restart, remainAfterExit = false, spares = 0 } = given
  if (listen !== true) {
    if (spares > 0)
      throw badOption(
        'spares',
        spares,
        '0 with listen: false',
        'is for programs that listen: any other would work',
      )
    return {
      listen: false,
      mayListen: listen === 'auto',
      readyAfter: readyAfter ?? 1000,
      restart: restart ?? 'on-failure',
      remainAfterExit,
    }
  }
  for (const [name, value] of Object.entries({
    readyAfter,
    restart,
    remainAfterExit: remainAfterExit || undefined,
  }))
    if (value !== undefined)
      throw badOption(
        name,
        value,
        'none here, or listen: false (--no-listen) beside it',
        'is for programs that do not listen',
      )
  return { listen, mayListen: false, readyAfter: undefined, restart: 'always', remainAfterExit }
}
