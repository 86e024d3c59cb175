import path from 'node:path'
import { givenEnvironment, usableCpus } from '@clustered/core/control'
import type { ProgramConfig } from '../index.cts'
import { CliError } from '../errors.ts'
import { badConfig } from './bad-config.ts'
import { nearest } from '@clustered/core/options'
import { interpreterArguments } from './interpreter.ts'
import { ownKeys } from './own-keys.ts'
import { plainName } from './plain-name.ts'
import { pm2Keys, pm2Spellings } from './pm2-keys.ts'
import { bytesOf, millisecondsOf, wordsOf, workersOf } from './pm2-values.ts'
import type { Notes } from './notes.ts'

type App = Record<string, unknown>

/** Said for all environments of an app at once. */
const environmentKey = /^env_(.+)$/

/**
 * One app of a pm2 file as a program of ours. What has no counterpart goes into `notes`.
 * @param environment what `--env` chooses.
 * @param base the folder that `cwd` is seen from.
 * @throws {CliError} ERR_CLUSTERED_BAD_CONFIG
 */
export function fromPm2(
  given: App,
  base: string,
  environment: string | undefined,
  notes: Notes,
): ProgramConfig & { name: string } {
  const name = pm2Name(given, environment)
  const { app, own, environments, unknown } = sort(given)
  const file = String(app['script'])
  for (const key of unknown) notes.add(key, notKnown(key), name)
  const complain = (key: string, value: unknown, expected: string): CliError =>
    badConfig(`${key} of '${name}' is ${JSON.stringify(value)}. Expected: ${expected}`)
  refuseUser(app, name)
  for (const [key, value] of Object.entries(app)) {
    const fate = pm2Keys[key]!
    if ('instead' in fate && !fate.idle?.(value))
      notes.add(key, `no counterpart. In its place: ${fate.instead}`, name)
  }
  const { args, node_args: nodeArgs, exec_interpreter: interpreter } = app
  const cwd = textOf(app, 'cwd')
  const interpreted = interpreterArguments(interpreter, name, path.resolve(base, cwd ?? '', file))
  const read = <T>(
    key: string,
    reader: (value: unknown) => T | undefined,
    expected: string,
  ): T | undefined => {
    const value = app[key]
    if (value === undefined || value === null || value === '') return undefined
    const result = reader(value)
    if (result === undefined) throw complain(key, value, expected)
    return result
  }
  const time = "milliseconds, or a time such as '10s'"
  const words = 'a string, or an array of strings'
  const watch = read('watch', watchOf, 'true, false, a folder, or an array of folders')
  const cron = textOf(app, 'cron_restart')
  const kind = kindOf(app)
  const workers = workersOf(app['instances'], usableCpus(), () =>
    complain('instances', app['instances'], "a whole number, 'max', -1 for all CPUs but one, or '2..8'"),
  )
  return clean({
    name,
    file,
    cwd,
    args: args === undefined ? undefined : read('args', wordsOf, words),
    nodeArgs: [...interpreted, ...(nodeArgs === undefined ? [] : (read('node_args', wordsOf, words) ?? []))],
    // What need not listen has one worker otherwise.
    workers: workers ?? (kind.listen === undefined ? undefined : usableCpus()),
    ...kind,
    env: environmentOf(app, environments, environment, name),
    autostart: app['autostart'] === false ? false : undefined,
    maxMemory: read('max_memory_restart', bytesOf, "bytes, or a size such as '300M' or '1G'"),
    drainTimeout: read('kill_timeout', millisecondsOf, time),
    bootTimeout: read('listen_timeout', millisecondsOf, time),
    reloadAt: cron === '0' ? undefined : cron,
    watch,
    // As pm2: without it, where nobody has said what does not matter.
    ignore: watch ? ((app['ignore_watch'] as ProgramConfig['ignore']) ?? undefined) : undefined,
    logs: logsOf(app),
    stampLines: app['time'] ? 'YYYY-MM-DDTHH:mm:ss' : textOf(app, 'log_date_format'),
    ...own,
  })
}

interface Sorted {
  /** By the names that count. */
  app: App
  /** Keys of ours may stand in a pm2 file, too: pm2 does not look at them. */
  own: App
  environments: App
  unknown: string[]
}

function sort(given: App): Sorted {
  const sorted: Sorted = { app: {}, own: {}, environments: {}, unknown: [] }
  const { app, own, environments, unknown } = sorted
  for (const [spelling, value] of Object.entries(given)) {
    const key = pm2Spellings.get(spelling)
    const [, environment] = environmentKey.exec(spelling) ?? []
    // The key's own name counts more than its other spellings.
    if (key !== undefined) {
      if (spelling === key || app[key] === undefined) app[key] = value
    } else if (environment !== undefined) environments[environment] = value
    else if (ownKeys.has(spelling)) own[spelling] = value
    else unknown.push(spelling)
  }
  return sorted
}

function notKnown(key: string): string {
  const near = nearest(key, [...pm2Spellings.keys(), ...ownKeys])
  return near
    ? `no key that is known. Is it ${near} that you mean?`
    : 'no key that is known, and of no effect'
}

/** @throws {CliError} ERR_CLUSTERED_BAD_CONFIG */
export function pm2Name(given: App, environment: string | undefined): string {
  const { app } = sort(given)
  const file = textOf(app, 'script')
  if (file === undefined) throw badConfig(`an app has no script: ${JSON.stringify(given).slice(0, 200)}`)
  const name = textOf(app, 'name') ?? path.parse(file.replace(/\/+$/, '')).name
  const full = app['append_env_to_name'] && environment !== undefined ? `${name}-${environment}` : name
  // pm2 takes any text as a name.
  const plain = plainName(full)
  if (plain !== '') return plain
  throw badConfig(
    `'${full}' cannot be a name. Expected: up to 64 letters, digits and . _ + -, the first one a letter, a digit or _`,
  )
}

/**
 * pm2 does not say whether a program serves. In cluster mode it does; what is
 * to end serves nothing; of any other it shows. One that does not serve is
 * replaced as pm2 restarts it, the old one first.
 */
function kindOf(app: App): Partial<ProgramConfig> {
  const restart = app['autorestart'] === false || app['autorestart'] === 'false' ? 'never' : 'always'
  const isCluster = textOf(app, 'exec_mode')?.startsWith('cluster') ?? false
  const isClustered = app['exec_mode'] === undefined && app['instances'] !== undefined
  if (restart === 'always' && (isCluster || isClustered)) return {}
  return {
    listen: restart === 'never' ? false : 'auto',
    restart,
    reload: { surge: 0 },
    ...(app['wait_ready'] === true && { readyAfter: 'message' }),
    ...(restart === 'never' && textOf(app, 'cron_restart') !== undefined && { remainAfterExit: true }),
  }
}

function watchOf(value: unknown): ProgramConfig['watch'] | undefined {
  if (typeof value === 'boolean' || typeof value === 'string') return value
  if (Array.isArray(value) && value.every((each) => typeof each === 'string'))
    return value.length > 0 ? value : true
  return undefined
}

function logsOf(app: App): ProgramConfig['logs'] {
  if (app['disable_logs'] === true) return false
  const [out, error, both] = [textOf(app, 'out_file'), textOf(app, 'error_file'), textOf(app, 'log_file')]
  const logs = { out: out ?? both, error: error ?? both }
  return logs.out === undefined && logs.error === undefined ? undefined : clean(logs)
}

function environmentOf(
  app: App,
  environments: App,
  environment: string | undefined,
  name: string,
): ProgramConfig['env'] {
  const chosen = environment === undefined ? {} : environments[environment]
  const variables: Record<string, unknown> = {}
  for (const part of [filtered(app['filter_env']), app['env'], chosen]) {
    if (part === undefined || part === null) continue
    if (typeof part !== 'object' || Array.isArray(part))
      throw badConfig(
        `env of '${name}' is ${JSON.stringify(part)}. Expected: an object such as { NODE_ENV: 'production' }`,
      )
    Object.assign(variables, part)
  }
  if (app['port'] !== undefined) variables['PORT'] = app['port']
  return Object.fromEntries(
    Object.entries(variables).map(([variable, value]) => [
      variable,
      typeof value === 'object' && value !== null ? JSON.stringify(value) : (value ?? undefined),
    ]),
  ) as ProgramConfig['env']
}

/** What of the environment is taken out: all, or what has one of these in its name. */
function filtered(filter: unknown): Record<string, undefined> {
  if (!filter) return {}
  const parts = [filter].flat().filter((part) => typeof part === 'string')
  const names = Object.keys(givenEnvironment())
  const out = names.filter((name) =>
    filter === true
      ? true
      : typeof filter === 'string'
        ? name === filter
        : parts.some((part) => name.includes(part)),
  )
  return Object.fromEntries(out.map((name) => [name, undefined]))
}

/** A program that is to run with the rights of another must not get those of whoever starts it. */
function refuseUser(app: App, name: string): void {
  const user = textOf(app, 'uid')
  if (user === undefined) return
  const own = [String(process.getuid?.()), process.env['USER'], process.env['LOGNAME']]
  if (own.includes(user)) return
  throw badConfig(
    `'${name}' is to run as user ${user}, and Clustered starts programs as whoever calls it. Start it as that user ` +
      `(sudo -u ${user} clustered start ...), or with User= in its systemd unit (clustered startup), and take uid out of the file`,
  )
}

function textOf(app: App, key: string): string | undefined {
  const value = app[key]
  return typeof value === 'number' || (typeof value === 'string' && value !== '') ? String(value) : undefined
}

function clean<T extends object>(object: T): T {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as T
}
