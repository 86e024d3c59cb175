import { createRequire } from 'node:module'
import { cac, type CAC, type Command } from 'cac'
import type { LogFlags } from './commands/logs.ts'
import { withInsideCommands } from './inside-commands.ts'
import { typedAs } from './as-typed.ts'
import { CliError } from './errors.ts'
import { exitCodeHelp, helpSections } from './help.ts'
import { nearest } from '@clustered/core/options'
import { takeOutputErrors } from './output-errors.ts'
import { pm2Aliases, pm2Words } from './pm2-words.ts'
import { printError } from './print.ts'
import { runMatched } from './run-matched.ts'
import { orderNames } from './select.ts'
import { later, loadAll } from './later.ts'
import { readStartFlags } from './read-start-flags.ts'
import { type StartFlags, withFlags } from './start-flags.ts'
import { takeUser } from './user-flag.ts'

const { version } = createRequire(import.meta.url)('../package.json') as { version: string }

const deleteProgram = later(async () => (await import('./commands/delete.ts')).deleteProgram)
const completion = later(async () => (await import('./commands/completion.ts')).completion)
const describe = later(async () => (await import('./commands/describe.ts')).describe)
const flush = later(async () => (await import('./commands/flush.ts')).flush)
const health = later(async () => (await import('./commands/health.ts')).health)
const list = later(async () => (await import('./commands/list.ts')).list)
const logs = later(async () => (await import('./commands/logs.ts')).logs)
const open = later(async () => (await import('./commands/open.ts')).open)
const reload = later(async () => (await import('./commands/reload.ts')).reload)
const restart = later(async () => (await import('./commands/restart.ts')).restart)
const scale = later(async () => (await import('./commands/scale.ts')).scale)
const start = later(async () => (await import('./commands/start.ts')).start)
const startup = later(async () => (await import('./commands/startup.ts')).startup)
const stop = later(async () => (await import('./commands/stop.ts')).stop)
const top = later(async () => (await import('./commands/top.ts')).top)
const init = later(async () => (await import('./commands/init.ts')).init)

/** @returns the exit code, or `undefined` where this process lives on. */
export async function run(given: string[]): Promise<number | undefined> {
  const asJson = given.includes('--json')
  const [command] = given
  // A program in the foreground writes as its own log does.
  if (command !== 'start' || given.includes('--daemon')) takeOutputErrors(command === 'logs')
  try {
    const argv = await takeUser(given, loadAll)
    const starts = command === 'start' || command === 'startup'
    const { rest, flags } = starts ? readStartFlags(command, argv) : { rest: argv, flags: undefined }
    const cli = makeCli(argv, flags)
    if (answersHelp(cli, argv)) return undefined
    cli.parse(['', '', ...protectNumbers(withHelp(rest))], { run: false })
    // Such as what the shell makes of a glob without quotes.
    if (starts && cli.args.length > 1) throw tooMany(cli.args)
    if (cli.matchedCommand) return (await runMatched(cli, cli.matchedCommand)) as number | undefined
    if (cli.options['help'] || cli.options['version']) return undefined
    if (cli.args[0] !== undefined) throw unknownCommand(cli, cli.args[0])
    cli.outputHelp()
    return undefined
  } catch (error) {
    return printError(error, asJson)
  }
}

/** @param typed the flags of `start` or `startup`, if it is one of them. */
function makeCli(argv: string[], typed: StartFlags | undefined): CAC {
  const cli = cac('clustered')
  cli.option('--json', 'Answer with JSON')
  if (process.getuid) cli.option('--user <name>', 'For root: as that user, of whose programs it is about')
  cli.help(() => helpSections(cli, version))
  cli.version(version)

  withFlags(
    cli.command('start [file]', 'Run an app file on every core, as it is, or the programs that a file names'),
    'start',
  ).action((file: string | undefined, flags: StartFlags) =>
    start(file, { ...flags, ...typed! }, argv.slice(argv.indexOf('start') + 1)),
  )
  withSelection(cli.command('list [...names]', 'All that runs, and how it is').alias('ls')).action(list)
  cli.command('describe <name>', 'All about one program, worker by worker').alias('show').action(describe)
  cli.command('health <...names>', 'Whether it is ready, as an exit code').action(health)
  cli
    .command('logs <...names>', 'The output of daemons')
    .option('-f, --follow', 'Go on as they write more')
    .option('--lines <number>', 'Only the last ones (default: 15, or all with what follows)')
    .option('--since <time>', 'From then on: 10m, 2h, or 2026-11-26T10:00')
    .option('--until <time>', 'Up to then')
    .option('--grep <pattern>', 'Lines that a regular expression matches')
    .option('--out', 'Only stdout')
    .option('--err', 'Only stderr')
    .option('--reopen', 'For logrotate: go over to the new files')
    .action((names: string[], flags: LogFlags) =>
      logs(names, { ...flags, ...typedAs(argv, ['since', 'until', 'grep']) }),
    )
  cli
    .command('reload <...names>', 'Replace every worker by one with the new code, without losing a request')
    .action(reload)
  cli.command('scale <name> <size>', 'Change how many workers there are: 4, +1, -1').action(scale)
  cli.command('stop <...names>', 'Answer what is in flight, and end').action(stop)
  cli
    .command('restart <...names>', 'Stop a daemon, if it runs, and start it as it was started')
    .action(restart)
  cli
    .command('delete <...names>', 'Stop, and forget it and its logs, which cannot be undone')
    .alias('del')
    .action(deleteProgram)
  withInsideCommands(cli)
  cli
    .command('open [...names]', 'A live page of it in a browser, for as long as this command runs')
    .option('--port <number>', 'On this port of 127.0.0.1 (default: one that is free)')
    .option('--no-browser', 'Only print the address')
    .action(open)
  withSelection(cli.command('top [name]', 'Every program and its workers, live')).action(top)
  withFlags(
    cli.command(
      'startup <file>',
      "Print a systemd unit for a daemon, or for an app file; for 'all': one for each",
    ),
    'startup',
  ).action((file: string, flags: StartFlags) =>
    startup(file, { ...flags, ...typed! }, argv.slice(argv.indexOf('startup') + 1)),
  )
  cli
    .command('init [file]', 'Put Clustered into the project in this folder: its code, or its start script')
    .option('--dry-run', 'Only say what would change')
    .action(init)
  cli
    .command('completion <shell>', 'Print what has a shell complete this command: bash, zsh or fish')
    .action((shell: string) => completion(cli, shell))
  cli.command('flush [...names]', 'Empty the logs of daemons: those that are named, or all').action(flush)
  for (const { name, aliasNames } of cli.commands) aliasNames.push(...(pm2Aliases[name] ?? []))
  return cli
}

function withSelection(command: Command): Command {
  return command
    .option('--sort <column>', `By ${orderNames.join(', ')}: the highest first (default: name)`)
    .option('--state <states>', 'Only those in such a state; several with commas')
    .option('--filter <column=value>', 'Only those where the column says so, * for anything; may be repeated')
    .option(
      '--crashed-since <time>',
      'Only those of which a worker crashed or a boot failed within 30m, 1h, 2d',
    )
    .option('--old', 'Only those that do not run, in every slot, the code of their last reload')
}

/** @returns whether `help` was asked about something else than a command. */
function answersHelp(cli: CAC, [command, topic]: readonly string[]): boolean {
  if (command !== 'help' || topic === undefined || topic.startsWith('-')) return false
  if (topic === 'exit-codes') console.log(exitCodeHelp(cli))
  else if (!cli.commands.some((each) => each.isMatched(topic))) throw unknownCommand(cli, topic)
  return topic === 'exit-codes'
}

/** `help start` is `start --help`. */
function withHelp([command, ...rest]: string[]): string[] {
  if (command === undefined) return []
  return command === 'help' ? [...rest.slice(0, 1), '--help'] : [command, ...rest]
}

/** `-1` is a number here and not an option: for the parser, it is when something stands before it. */
function protectNumbers(argv: string[]): string[] {
  const end = argv.indexOf('--')
  return argv.map((argument, index) =>
    /^-\d+$/.test(argument) && (end < 0 || index < end) ? ` ${argument}` : argument,
  )
}

function tooMany([file, ...others]: readonly string[]): CliError {
  return new CliError(
    'ERR_CLUSTERED_USAGE',
    `${others.join(' ')}: nothing is expected after ${file}. What is for the app stands behind --, as in: clustered start ${file} -- ${others.join(' ')}`,
  )
}

function unknownCommand(cli: CAC, word: string): CliError {
  if (Object.hasOwn(pm2Words, word))
    return new CliError('ERR_CLUSTERED_USAGE', `There is no command '${word}'. ${pm2Words[word]}.`)
  const near = nearest(
    word,
    cli.commands.flatMap(({ name, aliasNames }) => [name, ...aliasNames]),
  )
  return new CliError(
    'ERR_CLUSTERED_USAGE',
    `There is no command '${word}'. ${near ? `Is it 'clustered ${near}' that you mean?` : 'See: clustered --help'}`,
  )
}
