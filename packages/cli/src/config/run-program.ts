import type { Cluster } from '@clustered/core'
import { checkOptions, type Log, stderrLog } from '@clustered/core/control'
import { readEnvFile } from '../env-file.ts'
import { CliError } from '../errors.ts'
import { runInForeground } from '../foreground.ts'
import type { LogFiles } from '../record.ts'
import type { StartFlags } from '../start-flags.ts'
import { type Start, toStart } from '../start-options.ts'
import type { ConfigFile } from './find-config.ts'
import { logTimeArguments } from './log-time.ts'
import { inProgram, type Planned } from './planned.ts'
import { type Choice, programsOf } from './programs-of.ts'
import { reloadAt } from './reload-at.ts'
import { goTo, thereAndBack } from './there-and-back.ts'

/** A program that is about to run. */
export interface Running {
  name: string
  plan: Start
  /** This process becomes its primary, and stays it to the end. */
  run: () => Cluster
  /** Where it logs as a daemon, if not where all do. */
  logs?: Partial<LogFiles>
}

export function running(config: ConfigFile, planned: Planned, flags: StartFlags): Running {
  enter(planned)
  const plan = startOf(planned, flags)
  const variables = new Variables(config, planned, flags)
  plan.options.env = () => variables.now
  const run = (): Cluster => {
    const log = stderrLog(plan.options)
    const cluster = runInForeground(plan, watchFlags(planned, flags))
    variables.follow(cluster, log)
    if (planned.reloadAt !== undefined) reloadAt(planned.reloadAt, cluster, log)
    return cluster
  }
  return { name: planned.name, plan, run, logs: planned.logs }
}

/** All that is known before a program starts, and may be wrong. */
export function checkStart(planned: Planned, flags: StartFlags): void {
  inProgram(planned.name, () =>
    thereAndBack(() => {
      enter(planned)
      if (planned.envFile !== undefined) readEnvFile(planned.envFile)
      const { args: _args, execArgv: _execArgv, ...options } = startOf(planned, flags).options
      checkOptions(options, new Map())
    }),
  )
}

function enter({ cwd, name }: Planned): void {
  try {
    goTo(cwd)
  } catch (error) {
    throw new CliError(
      'ERR_CLUSTERED_NO_FOLDER',
      `The folder of '${name}' cannot be its working directory: ${(error as Error).message}`,
    )
  }
}

function startOf(planned: Planned, flags: StartFlags): Start {
  const { file, args, nodeArgs, name, stampLines, sheet } = planned
  const given = { ...watchFlags(planned, flags), nodeArgs: [nodeArgs.map(quoted).join(' ')], '--': args }
  const { file: entry, options } = toStart(file, given, sheet)
  const stamps = stampLines === undefined ? [] : logTimeArguments(stampLines)
  return { file: entry, options: { ...options, name, execArgv: [...stamps, ...(options.execArgv ?? [])] } }
}

/** As a shell would read it as one word. */
function quoted(word: string): string {
  return /[\s'"\\]/.test(word) ? `'${word.replaceAll("'", String.raw`'\''`)}'` : word
}

function watchFlags({ watch, ignore, envFile }: Planned, flags: StartFlags): StartFlags {
  const isWatched = watch !== false || flags.watch
  return {
    ...flags,
    ...(envFile !== undefined && { envFile }),
    watch: isWatched,
    ignore: isWatched ? [...ignore, ...flags.ignore] : [],
    ...(Array.isArray(watch) && { folders: watch }),
  }
}

/** The variables of a program's workers: those of the file, which is read again at each reload. */
class Variables {
  readonly #config: ConfigFile
  readonly #flags: Choice
  #planned: Planned
  /** What the file was when workers last came up with it. */
  #good: Planned
  #problem: Error | undefined

  constructor(config: ConfigFile, planned: Planned, { env }: Choice) {
    this.#config = config
    this.#planned = planned
    this.#good = planned
    this.#flags = { only: planned.name, env }
  }

  /** @throws {CliError} if the file is wrong, and a reload is to bring it in: that reload fails. */
  get now(): Record<string, string | undefined> {
    if (this.#problem) throw this.#problem
    const { env, envFile } = this.#planned
    return { ...(envFile === undefined ? {} : readEnvFile(envFile)), ...env }
  }

  follow(cluster: Cluster, log: Log): void {
    cluster.on('reload:start', () => this.#readAgain(log))
    cluster.on('reload:done', () => (this.#good = this.#planned))
    // What boots now is of the release before.
    cluster.on('reload:failed', () => {
      this.#planned = this.#good
      this.#problem = undefined
    })
  }

  #readAgain(log: Log): void {
    this.#problem = undefined
    try {
      const [again] = programsOf({ ...this.#config, value: undefined }, this.#flags).chosen
      const changed = changedKeys(this.#good, again!)
      if (changed.length > 0)
        log.warn(
          'config',
          `${this.#config.given} has changed: ${changed.join(', ')}. That is used from the next restart on: clustered restart ${this.#planned.name}`,
        )
      this.#planned = again!
    } catch (error) {
      this.#problem = error as Error
    }
  }
}

/** What a reload does not bring in. */
function changedKeys(before: Planned, now: Planned): string[] {
  const parts = (planned: Planned): Record<string, unknown> => {
    const { options, sheet: _sheet, env: _env, name: _name, autostart: _autostart, ...others } = planned
    return { ...others, ...options }
  }
  const [old, young] = [parts(before), parts(now)]
  return [...new Set([...Object.keys(old), ...Object.keys(young)])].filter(
    (key) => text(old[key]) !== text(young[key]),
  )
}

function text(value: unknown): string | undefined {
  return JSON.stringify(value, (_key, each: unknown) => (each instanceof RegExp ? String(each) : each))
}
