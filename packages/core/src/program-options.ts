import { badOption } from './bad-option.ts'
import { duration } from './duration.ts'

/** What becomes of a program that has ended by itself. */
export type Restart = 'always' | 'on-failure' | 'never'

/** What a program is that need not listen: a queue consumer, a scheduler, a script. */
export interface ProgramOptions {
  /**
   * Whether the program serves. `false` for a queue consumer, a scheduler, a
   * script: nobody waits for it to listen, and there is one worker unless
   * `workers` says otherwise. `'auto'`: it need not listen until it first does,
   * and from then on it serves. See docs/programs.md.
   * @default true
   */
  listen?: boolean | 'auto'
  /**
   * With `listen: false`, when a worker is ready: so long after its boot, in
   * milliseconds, if it is still up, or sooner if it says so, by
   * `process.send('ready')`. `'message'`: only when it says so, within `bootTimeout`.
   * @default 1000
   */
  readyAfter?: number | 'message'
  /**
   * With `listen: false`, what follows when the program ends by itself: it is
   * started again, only if it failed (any exit code but 0), or never. One that
   * is not started again has finished; when all workers have, the primary ends,
   * with 0 or the first exit code that was another.
   * @default 'on-failure'
   */
  restart?: Restart
  /**
   * With `listen: false`, whether the primary lives on when the program has
   * finished. A reload then starts it anew.
   * @default false
   */
  remainAfterExit?: boolean
}

/** The same with every default in place. */
export interface ProgramSettings {
  listen: boolean
  /** It need not listen, and serves from when it does. */
  mayListen: boolean
  /** Undefined where it is ready when it listens. */
  readyAfter: number | 'message' | undefined
  restart: Restart
  remainAfterExit: boolean
}

export const serving: ProgramSettings = {
  listen: true,
  mayListen: false,
  readyAfter: undefined,
  restart: 'always',
  remainAfterExit: false,
}

const restarts: readonly Restart[] = ['always', 'on-failure', 'never']

/** @throws {ClusteredError} ERR_CLUSTERED_BAD_OPTION */
export function programSettings(options: ProgramOptions): ProgramSettings {
  const { listen = true, readyAfter = 1000, restart = 'on-failure', remainAfterExit = false } = options
  if (typeof listen !== 'boolean' && listen !== 'auto')
    throw badOption('listen', listen, "true, false or 'auto'")
  if (listen === true) {
    for (const [name, value] of Object.entries(options))
      if (name !== 'listen' && value !== undefined)
        throw badOption(
          name,
          value,
          'none here, or listen: false beside it',
          'is for programs that do not listen',
        )
    return serving
  }
  if (!restarts.includes(restart)) throw badOption('restart', restart, "'always', 'on-failure' or 'never'")
  if (typeof remainAfterExit !== 'boolean')
    throw badOption('remainAfterExit', remainAfterExit, 'true or false')
  return {
    listen: false,
    mayListen: listen === 'auto',
    readyAfter: readyTime(readyAfter),
    restart,
    remainAfterExit,
  }
}

function readyTime(readyAfter: unknown): number | 'message' {
  if (readyAfter === 'message') return readyAfter
  if (typeof readyAfter !== 'number') throw badOption('readyAfter', readyAfter, "milliseconds, or 'message'")
  return duration('readyAfter', readyAfter, { least: 100, zero: true })
}
