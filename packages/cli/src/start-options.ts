import type { SuperviseOptions, WorkerBounds } from '@clustered/core'
import { flagOf, fromEnvironment, readWorkers, sayable, type Sheet, withSheet } from '@clustered/core/options'
import { entryFile } from './entry-file.ts'
import { readEnvFile } from './env-file.ts'
import { CliError } from './errors.ts'
import { named } from './named.ts'
import { splitNodeArguments } from './node-arguments.ts'
import { refuseOtherFiles } from './not-a-program.ts'
import type { StartFlags, Typed } from './start-flags.ts'
import { typeScriptArguments } from './typescript.ts'
import { ownWritesArguments } from './own-writes-arguments.ts'

export interface Start {
  file: string
  options: SuperviseOptions
}

/** Reloads during development come with every save, and are to be felt at once. */
const whileWatching: SuperviseOptions = { drainTimeout: 1000, reload: { soak: 100, surge: 1024 } }

/**
 * @param fromFile what a configuration file says: flags and the environment count more.
 * @throws {CliError} ERR_CLUSTERED_USAGE, ERR_CLUSTERED_NO_SUCH_FILE, ERR_CLUSTERED_NOT_A_PROGRAM, ERR_CLUSTERED_NO_TYPESCRIPT
 */
export function toStart(given: string, flags: StartFlags, fromFile: Sheet = new Map()): Start {
  const file = entryFile(given)
  refuseOtherFiles(file)
  const execArgv = [...process.execArgv, ...splitNodeArguments(flags.nodeArgs)]
  const { watch } = flags
  const envFile = flags.envFile === undefined ? undefined : named(flags.envFile)
  const { variables = {} } = flags
  const env = (): Record<string, string | undefined> => ({
    ...(envFile === undefined ? {} : readEnvFile(envFile)),
    ...variables,
  })
  if (flags.ignore.length > 0 && !watch)
    throw new CliError('ERR_CLUSTERED_USAGE', '--ignore is of --watch, which is not given.')
  const environment = { ...env(), ...process.env, ...variables }
  const layers = [fromFile, fromEnvironment(environment), fromFlags(flags.given)]
  const serves = layers.findLast((sheet) => sheet.has('listen'))?.get('listen') !== false
  return {
    file,
    options: layers.reduce<SuperviseOptions>(withSheet, {
      ...((envFile !== undefined || Object.keys(variables).length > 0) && { env }),
      args: flags['--'] ?? [],
      execArgv: [...(watch ? ownWritesArguments : []), ...typeScriptArguments(file, execArgv), ...execArgv],
      ...(watch && whileWatching),
      ...(serves && workersOf(env())),
    }),
  }
}

/** `WEB_CONCURRENCY` of an env file; that of the environment is the default anyway. */
function workersOf({ WEB_CONCURRENCY: text }: Record<string, string | undefined>): SuperviseOptions {
  return text ? { workers: readInstances({ flag: 'WEB_CONCURRENCY', text }) } : {}
}

function fromFlags(given: ReadonlyMap<string, Typed>): Sheet {
  const sheet = new Map<string, unknown>()
  for (const { path, option } of sayable) {
    const typed = given.get(path)
    if (typed) sheet.set(path, path === 'workers' ? readInstances(typed) : read(option.kind.read!, typed))
  }
  for (const { path } of sayable) {
    const [group = '', member] = path.split('.')
    // `--admin 9000` says a member of its own.
    const { kind } = sayable.find((option) => option.path === group)?.option ?? {}
    const isShort = kind?.short !== undefined && sheet.get(group) !== false
    if (member !== undefined && sheet.has(path) && sheet.has(group) && !isShort)
      throw new CliError(
        'ERR_CLUSTERED_USAGE',
        `${given.get(group)!.flag} and ${flagOf(path)} contradict each other. Expected: one of them.`,
      )
  }
  return sheet
}

function read(kind: (name: string, text: string) => unknown, { flag, text }: Typed): unknown {
  try {
    return kind(flag, text)
  } catch (error) {
    throw new CliError('ERR_CLUSTERED_USAGE', (error as Error).message)
  }
}

/** As pm2 takes it, too: 0 is what the machine has, and -1 is one less. */
function readInstances({ flag, text }: Typed): number | WorkerBounds {
  const all = readWorkers(flag, 'max') as number
  try {
    if (/^-?\d+$/.test(text) && Number(text) <= 0) return Math.max(1, all + Number(text))
    return readWorkers(flag, text)
  } catch {
    throw new CliError(
      'ERR_CLUSTERED_USAGE',
      `${flag}: '${text}' is not valid. Allowed: a whole number from 1, max (here ${all}), or, for as many as the ` +
        'load needs, two of them, the smaller one first: 2..8, or 2..max.',
    )
  }
}
