import path from 'node:path'
import type { ProgramConfig } from '../index.cts'
import { CliError } from '../errors.ts'
import { badConfig } from './bad-config.ts'
import { isFileHere } from '../entry-file.ts'
import { namedFolder } from '../named.ts'
import { nearest } from '@clustered/core/options'
import type { ConfigFile } from './find-config.ts'
import { fromPm2, pm2Name } from './from-pm2.ts'
import { Notes } from './notes.ts'
import { ownName, type Planned, toPlanned } from './planned.ts'
import { readConfig } from './read-config.ts'

export interface Choice {
  /** As `--only` says: names, with commas between them. */
  only?: string | undefined
  /** What `--env` chooses. */
  env?: string | undefined
}

export interface Programs {
  chosen: Planned[]
  /** Of all programs of the file. */
  names: string[]
  notes: Notes
}

type Entry = Record<string, unknown>

/**
 * The programs that a file names, every one of them checked.
 * @throws {CliError} ERR_CLUSTERED_BAD_CONFIG and what may be wrong with a program
 */
export function programsOf(config: ConfigFile, { only, env }: Choice): Programs {
  try {
    const { entries, isOwn } = entriesOf(config.value ?? readConfig(config.file))
    const notes = new Notes()
    refuseUnknownEnvironment(entries, env)
    const wanted = namesIn(only)
    const named = entries.map((entry) => ({ entry, name: isOwn ? ownName(entry) : pm2Name(entry, env) }))
    const names = named.map(({ name }) => name)
    refuseSecondOf(names)
    refuseUnknown(wanted, names)
    const folder = path.dirname(config.file)
    const chosen = named
      .filter(({ entry, name }) => wanted?.includes(name) ?? entry['autostart'] !== false)
      .map(({ entry, name }) => {
        if (isOwn) return toPlanned({ ...(entry as unknown as ProgramConfig), name }, folder, env)
        const base = baseOf(entry, folder)
        return toPlanned(fromPm2(entry, base, env, notes), base, undefined)
      })
    return { chosen, names, notes }
  } catch (error) {
    if (!(error instanceof CliError) || error.message.startsWith(config.file)) throw error
    throw new CliError(error.code, `${config.given}: ${error.message}`)
  }
}

/** Every form that pm2 takes, and ours. */
function entriesOf(value: unknown): { entries: Entry[]; isOwn: boolean } {
  const { programs, apps, pm2, script } = (value ?? {}) as Record<string, unknown>
  const isOwn = programs !== undefined
  const list = isOwn
    ? programs
    : (apps ?? pm2 ?? (Array.isArray(value) ? value : script === undefined ? undefined : value))
  if (list === undefined)
    throw badConfig(
      "it names no programs. Expected: { programs: [{ file: 'app.js' }] }, or as for pm2 { apps: [{ script: 'app.js' }] }",
    )
  const entries = [list].flat() as unknown[]
  if (entries.length === 0)
    throw badConfig(`${isOwn ? 'programs' : 'apps'} is empty. Expected: one program at least`)
  for (const entry of entries)
    if (typeof entry !== 'object' || entry === null || Array.isArray(entry))
      throw badConfig(
        `${JSON.stringify(entry)} is no program. Expected: an object such as ${isOwn ? "{ file: 'app.js' }" : "{ script: 'app.js' }"}`,
      )
  return { entries: entries as Entry[], isOwn }
}

/** pm2 sees them from where it is called; a file that lies elsewhere may mean its own folder. */
function baseOf({ cwd, script, exec }: Entry, folder: string): string {
  const here = namedFolder()
  const at = (base: string): string => path.resolve(base, textOf(cwd), textOf(script ?? exec))
  return !isFileHere(at(here)) && isFileHere(at(folder)) ? folder : here
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

function namesIn(only: string | undefined): string[] | undefined {
  return only?.split(/[,\s]+/).filter((name) => name !== '')
}

function refuseSecondOf(names: readonly string[]): void {
  const second = names.find((name, index) => names.indexOf(name) < index)
  if (second !== undefined)
    throw badConfig(
      `two programs are called '${second}'. Give each a name of its own, by which it is reloaded and stopped`,
    )
}

function refuseUnknown(wanted: readonly string[] | undefined, names: readonly string[]): void {
  if (wanted?.length === 0)
    throw new CliError('ERR_CLUSTERED_USAGE', '--only names no program. As in: --only web,api')
  for (const name of wanted ?? []) {
    if (names.includes(name)) continue
    const near = nearest(name, names)
    throw badConfig(
      `there is no '${name}' in it. ${near ? `Is it ${near} that you mean?` : `There is: ${names.join(', ')}`}`,
    )
  }
}

function refuseUnknownEnvironment(entries: readonly Entry[], env: string | undefined): void {
  if (env === undefined) return
  const known = new Set(
    entries.flatMap((entry) => [
      ...Object.keys(entry).flatMap((key) => /^env_(.+)$/.exec(key)?.[1] ?? []),
      ...Object.keys((entry['environments'] as object | undefined) ?? {}),
    ]),
  )
  if (known.has(env)) return
  const near = nearest(env, [...known])
  const there =
    known.size > 0
      ? `There is: ${[...known].join(', ')}`
      : `Expected: a key env_${env} (of pm2), or environments: { ${env}: { ... } }`
  throw badConfig(
    `no program has variables for --env ${env}. ${near ? `Is it ${near} that you mean?` : there}`,
  )
}
