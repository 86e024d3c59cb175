import { colors, errorColors } from '../colors.ts'
import { chooseRunning } from '../choose.ts'
import { chooseSeveral } from '../choose-several.ts'
import { CliError } from '../errors.ts'
import { follow } from '../log-follow.ts'
import { between, lastLines, openLog } from '../log-history.ts'
import { filter, LogLines, onTerminal, type Wanted } from '../log-lines.ts'
import { toJsonText } from '../plain.ts'
import { pointInTime } from '../point-in-time.ts'
import { print } from '../print.ts'
import { type LogFiles, logFiles } from '../record.ts'

export interface LogFlags {
  follow?: boolean
  lines?: string | number
  since?: string
  until?: string
  grep?: string
  out?: boolean
  err?: boolean
  reopen?: boolean
  json?: boolean
}

interface View extends Wanted {
  follow: boolean
  /** The last so many of those that are wanted. */
  lines: number
  streams: readonly ('out' | 'err')[]
  /** Several programs: each line says which. */
  isLabelled: boolean
}

const tints = ['cyan', 'green', 'magenta', 'blue', 'yellow'] as const

/**
 * What programs have written, stdout to stdout and stderr to stderr. Of one
 * program it comes byte for byte; where a person is reading, each line says
 * where it is from, and what would do something to the terminal is left out.
 */
export async function logs(names: string[], flags: LogFlags): Promise<void> {
  if (flags.reopen) return reopen(names, flags)
  const view = viewOf(flags)
  const programs = (await daemonsNamed(names)).map((name) => [name, logFiles(name)] as const)
  if (flags.json) {
    const [only] = programs
    return console.log(toJsonText(programs.length === 1 ? only![1] : Object.fromEntries(programs)))
  }
  const shows = programs.flatMap(([name, files], index) =>
    streamsOf(files, view).map(
      (stream) => () =>
        show(files[stream], stream, label(name, stream, index), { ...view, isLabelled: programs.length > 1 }),
    ),
  )
  if (view.follow) await Promise.all(shows.map((start) => start()))
  else await inTurn(shows, (start) => start())
}

/** For log rotation by others: the program goes over to what is there by the names of its files now. */
async function reopen(names: string[], { json }: LogFlags): Promise<void> {
  await inTurn(names, async (given) => {
    const { name, client } = await chooseRunning(given)
    await client.reopenLogs()
    print(json, { name, reopened: true }, () => `${name}: the log files are opened anew`)
  })
}

/** Of those that only fit, as with `all`, the daemons. */
async function daemonsNamed(names: string[]): Promise<string[]> {
  const meant = await chooseSeveral(names)
  const other = meant.find(({ program, isNamed }) => !program.record && (isNamed || meant.length === 1))
  if (other)
    throw new CliError(
      'ERR_CLUSTERED_NOT_A_DAEMON',
      `'${other.program.name}' was not started with --daemon: it writes where it was started, and not to log files.`,
    )
  return meant.flatMap(({ program }) => program.record?.name ?? [])
}

/** Both may go to one file. */
function streamsOf({ out, err }: LogFiles, { streams }: View): View['streams'] {
  return out === err ? ['out'] : streams
}

async function show(file: string, stream: 'out' | 'err', mark: string, view: View): Promise<void> {
  const to = stream === 'out' ? process.stdout : process.stderr
  const { since, until, pattern } = view
  const isFiltered = pattern !== undefined || since > -Infinity || until < Infinity
  const parts = await openLog(file)
  if (isFiltered) await between(file, parts, since, until)
  else await lastLines(parts, view.lines)
  const isWhole = !to.isTTY && !view.isLabelled
  const write = (line: Buffer): void =>
    void to.write(
      isWhole ? line : to.isTTY ? mark + onTerminal(line) : Buffer.concat([Buffer.from(mark), line]),
    )
  const isWanted = filter(view)
  const lines = new LogLines()
  // Of those that are wanted, the last ones are not known before the end.
  let held: Buffer[] | undefined = isFiltered ? [] : undefined
  const add = (line: Buffer): void => {
    if (isFiltered && !isWanted(line)) return
    if (!held) return write(line)
    held.push(line)
    if (held.length > view.lines) held.shift()
  }
  for await (const piece of follow(file, parts, view.follow)) {
    if (piece === 'now') {
      if (!view.follow) for (const line of lines.end()) add(line)
      for (const line of held ?? []) write(line)
      held = undefined
    } else if (isWhole && !isFiltered) write(piece)
    else for (const line of lines.add(piece)) add(line)
  }
}

function label(name: string, stream: 'out' | 'err', index: number): string {
  const inks = stream === 'out' ? colors : errorColors
  return `${inks[tints[index % tints.length]!](name)} ${stream === 'out' ? inks.dim('|') : inks.yellow('!')} `
}

function viewOf(flags: LogFlags): View {
  const { since, until, grep } = flags
  const isFiltered = since !== undefined || until !== undefined || grep !== undefined
  const view: View = {
    follow: flags.follow ?? false,
    lines: flags.lines === undefined ? (isFiltered ? Infinity : 15) : lineCount(flags.lines),
    since: since === undefined ? -Infinity : pointInTime('--since', since),
    until: until === undefined ? Infinity : pointInTime('--until', until),
    pattern: grep === undefined ? undefined : patternOf(grep),
    streams: flags.out === flags.err ? ['err', 'out'] : [flags.out ? 'out' : 'err'],
    isLabelled: false,
  }
  if (view.until < view.since)
    throw new CliError(
      'ERR_CLUSTERED_USAGE',
      `--until ${until} is before --since ${since}. Expected: a later point in time.`,
    )
  if (view.follow && until !== undefined)
    throw new CliError(
      'ERR_CLUSTERED_USAGE',
      '--until has an end, and --follow has none. Leave out one of them.',
    )
  return view
}

function patternOf(given: string): RegExp {
  try {
    return new RegExp(given)
  } catch (error) {
    throw new CliError(
      'ERR_CLUSTERED_USAGE',
      `--grep ${given}: ${(error as Error).message}. Expected: a regular expression of JavaScript, such as 'timeout|refused'.`,
    )
  }
}

function lineCount(given: string | number): number {
  const lines = Number(given)
  if (Number.isInteger(lines) && lines >= 0) return lines
  throw new CliError(
    'ERR_CLUSTERED_USAGE',
    `--lines ${given} is not a number of lines. Expected: a whole number from 0.`,
  )
}

async function inTurn<Item, Result>(
  items: readonly Item[],
  work: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = []
  for (const item of items) results.push(await work(item))
  return results
}
