import type { SuperviseOptions } from '@clustered/core'

type Environment = Record<string, string | number | boolean | undefined>

/** What is said elsewhere in the file, or cannot be said in one. */
type NotInFile = 'args' | 'execArgv' | 'env' | 'logger' | 'sticky' | 'control' | 'logFiles'

/**
 * One program of a configuration file: the options of the API, and how it is
 * started. All durations are in milliseconds.
 */
export interface ProgramConfig extends Omit<SuperviseOptions, NotInFile> {
  /** The file that Node runs, seen from `cwd`. */
  file: string
  /**
   * Its working directory, seen from the folder of the configuration file.
   * @default that folder
   */
  cwd?: string
  /** What the program finds in `process.argv` after its file: in one string, as a shell would split it, or word by word. */
  args?: string | readonly string[]
  /** Node's own arguments, such as `--import ./setup.js`. */
  nodeArgs?: string | readonly string[]
  /** Variables for the workers, beside those of the environment. `undefined` takes one out. */
  env?: Environment
  /** The same, by the name that `--env` chooses: `clustered start --env production`. */
  environments?: Record<string, Environment>
  /** A file of variables, seen from `cwd` and read anew at each boot of a worker. Those of `env` count more. */
  envFile?: string
  /** Reload when a file changes below `cwd`, or below one of these. For development. */
  watch?: boolean | string | readonly string[]
  /** With `watch`: files and folders that do not matter, as globs or regular expressions. */
  ignore?: string | RegExp | readonly (string | RegExp)[]
  /** As a daemon: the files that it writes to, seen from `cwd`, or `false` for none. */
  logs?: { out?: string; error?: string } | false
  /** Puts the time before each line that workers write: `true`, or a format such as 'YYYY-MM-DD HH:mm:ss'. */
  stampLines?: boolean | string
  /** When all workers are to be replaced, in a rolling reload: a cron pattern, in local time. */
  reloadAt?: string
  /** As for Socket.IO. */
  sticky?: 'socket.io'
  /**
   * `false`: it is started only where it is named, by `--only`.
   * @default true
   */
  autostart?: boolean
}

export interface Config {
  programs: ProgramConfig[]
}

/** For the types: `export default defineConfig({ programs: [{ file: 'app.js' }] })`. */
export function defineConfig<Given extends Config | (() => Config | Promise<Config>)>(config: Given): Given {
  return config
}
