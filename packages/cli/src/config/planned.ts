import { readFileSync } from 'node:fs'
import path from 'node:path'
import { isProgramName } from '@clustered/core/control'
import { Cron } from 'croner'
import type { ProgramConfig } from '../index.cts'
import { entryFile } from '../entry-file.ts'
import { CliError } from '../errors.ts'
import { badConfig } from './bad-config.ts'
import { splitNodeArguments } from '../node-arguments.ts'
import { refuseOtherFiles } from '../not-a-program.ts'
import { entryOfPackage } from '../project.ts'
import type { LogFiles } from '../record.ts'
import { fromFile, nearest, type Sheet } from '@clustered/core/options'
import { optionsOf, ownKeys } from './own-keys.ts'
import { plainName } from './plain-name.ts'
import { wordsOf } from './pm2-values.ts'

/** A program of a file, looked through: it can be started. */
export interface Planned {
  name: string
  /** Absolute, by its name. */
  file: string
  cwd: string
  args: string[]
  nodeArgs: string[]
  options: object
  /** The same, checked. */
  sheet: Sheet
  env: Record<string, string | undefined>
  envFile: string | undefined
  watch: boolean | string[]
  ignore: (string | RegExp)[]
  /** Where it logs as a daemon, if not where all do. */
  logs: Partial<LogFiles>
  stampLines: string | undefined
  reloadAt: string | undefined
  autostart: boolean
}

const defaultStamp = 'YYYY-MM-DDTHH:mm:ss.SSSZ'
const nowhere = '/dev/null'

type Named = ProgramConfig & { name: string }

/**
 * What a program of our own file is called. Not as its package, which several of them may share.
 * @throws {CliError} ERR_CLUSTERED_BAD_CONFIG
 */
export function ownName({ name, file }: Record<string, unknown>): string {
  if (typeof file !== 'string' || file === '')
    throw badConfig(
      `'${typeof name === 'string' ? name : '?'}' has no file. Expected: the file that Node runs, such as file: 'app.js'`,
    )
  if (name === undefined) return plainName(path.parse(file).name) || 'app'
  if (isProgramName(name)) return name as string
  throw badConfig(
    `${shown(name)} cannot be a name. Expected: up to 64 letters, digits and . _ + -, the first one a letter, a digit or _`,
  )
}

/**
 * @param base the folder that `cwd` is seen from.
 * @throws {CliError} ERR_CLUSTERED_BAD_CONFIG, ERR_CLUSTERED_NO_SUCH_FILE, ERR_CLUSTERED_NOT_A_PROGRAM
 */
export function toPlanned(program: Named, base: string, environment: string | undefined): Planned {
  const { name: called, file: script } = program
  const check = <Key extends keyof ProgramConfig>(
    key: Key,
    isRight: (value: NonNullable<ProgramConfig[Key]>) => boolean,
    expected: string,
  ): void => {
    const value = program[key]
    if (value !== undefined && (value === null || !isRight(value)))
      throw badConfig(`${key} of '${called}' is ${shown(value)}. Expected: ${expected}`)
  }
  for (const key of Object.keys(program)) if (!ownKeys.has(key)) throw unknownKey(key, called)
  const words = 'a string, or an array of strings'
  check('cwd', isText, 'a folder')
  check('args', (value) => wordsOf(value) !== undefined, words)
  check('nodeArgs', (value) => wordsOf(value) !== undefined, words)
  check('env', isEnvironment, "an object such as { NODE_ENV: 'production' }")
  check(
    'environments',
    (value) => isObject(value) && Object.values(value).every(isEnvironment),
    'an object of objects such as { production: { NODE_ENV: "production" } }',
  )
  check('envFile', isText, 'a file')
  check(
    'watch',
    (value) => typeof value === 'boolean' || isTexts(value),
    'true, false, a folder, or an array of folders',
  )
  check(
    'ignore',
    (value) => [value].flat().every((each) => isText(each) || each instanceof RegExp),
    'globs or regular expressions',
  )
  check(
    'logs',
    (value) =>
      value === false ||
      (isObject(value) &&
        Object.entries(value).every(([key, file]) => ['out', 'error'].includes(key) && isText(file))),
    "false, or an object such as { out: 'out.log', error: 'error.log' }",
  )
  check(
    'stampLines',
    (value) => typeof value === 'boolean' || isText(value),
    "true, or a format such as 'YYYY-MM-DD HH:mm:ss'",
  )
  check('autostart', (value) => typeof value === 'boolean', 'true or false')
  check('reloadAt', isPattern, "a cron pattern, such as '0 3 * * *' for each night at three")
  check('sticky', (value) => value === 'socket.io', "'socket.io'")
  const cwd = path.resolve(base, program.cwd ?? '')
  const file = fileOf(script, cwd, called)
  const nodeArgs = splitNodeArguments(wordsOf(program.nodeArgs ?? []) ?? [])
  const options = optionsOf(program)
  const sheet = fromFile(options, `'${called}'`)
  const { watch = false, stampLines, logs = {} } = program
  return {
    name: called,
    file,
    cwd,
    args: wordsOf(program.args ?? []) ?? [],
    nodeArgs,
    options,
    sheet,
    env: texts({ ...program.env, ...(environment === undefined ? {} : program.environments?.[environment]) }),
    envFile: program.envFile === undefined ? undefined : path.resolve(cwd, program.envFile),
    watch: typeof watch === 'boolean' ? watch : [watch].flat(),
    ignore: [program.ignore ?? []].flat(),
    logs: logs === false ? { out: nowhere, err: nowhere } : placed(logs, cwd),
    stampLines: stampLines === true ? defaultStamp : stampLines || undefined,
    reloadAt: program.reloadAt,
    autostart: program.autostart ?? true,
  }
}

/** @throws {CliError} ERR_CLUSTERED_NO_SUCH_FILE, ERR_CLUSTERED_NOT_A_PROGRAM */
function fileOf(script: string, cwd: string, name: string): string {
  const [command = '', ...rest] = script.split(' ')
  if (/^(npm|pnpm|yarn|npx|node|tsx|ts-node)$/.test(command)) {
    const meant =
      command === 'node' || command.startsWith('ts')
        ? rest.find((word) => !word.startsWith('-'))
        : startedIn(cwd)
    throw new CliError(
      'ERR_CLUSTERED_NOT_A_PROGRAM',
      `'${name}' is run by the command ${script}, and a file is expected: the one that Node runs in the end` +
        (meant === undefined ? '. As in: server.js' : `. Is it ${meant} that you mean?`),
    )
  }
  return inProgram(name, () => {
    const file = entryFile(path.resolve(cwd, script), script, cwd)
    refuseOtherFiles(file)
    return file
  })
}

function startedIn(folder: string): string | undefined {
  try {
    return entryOfPackage(readFileSync(path.join(folder, 'package.json'), 'utf8'))
  } catch {
    return undefined
  }
}

/** What is wrong with one of several programs says with which. */
export function inProgram<T>(name: string, work: () => T): T {
  try {
    return work()
  } catch (error) {
    const { code, message } = error as { code?: string; message: string }
    if (code === undefined) throw error
    throw new CliError(code, `'${name}': ${message}`)
  }
}

function isPattern(value: unknown): boolean {
  try {
    const job = new Cron(String(value), { paused: true })
    job.stop()
    return typeof value === 'string'
  } catch {
    return false
  }
}

function placed({ out, error }: { out?: string; error?: string }, cwd: string): Planned['logs'] {
  const place = (file: string): string =>
    file === 'NULL' ? nowhere : path.resolve(cwd, file.replace(/^~(?=\/)/, process.env['HOME'] ?? '~'))
  return { ...(out !== undefined && { out: place(out) }), ...(error !== undefined && { err: place(error) }) }
}

function texts(env: NonNullable<ProgramConfig['env']>): Record<string, string | undefined> {
  return Object.fromEntries(
    Object.entries(env).map(([name, value]) => [name, value === undefined ? undefined : String(value)]),
  )
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== ''
}

function isTexts(value: unknown): boolean {
  const all = [value].flat()
  return all.length > 0 && all.every(isText)
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isEnvironment(value: unknown): boolean {
  return (
    isObject(value) &&
    Object.values(value).every((each) => ['string', 'number', 'boolean', 'undefined'].includes(typeof each))
  )
}

function shown(value: unknown): string {
  return typeof value === 'string' ? `'${value}'` : (JSON.stringify(value) ?? String(value))
}

function unknownKey(key: string, name: string): CliError {
  const near = nearest(key, [...ownKeys])
  return badConfig(
    `${key} of '${name}' is no key that is known. ${near ? `Is it ${near} that you mean?` : `There is: ${[...ownKeys].join(', ')}`}`,
  )
}
