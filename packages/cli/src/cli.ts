import { createRequire } from 'node:module'
import { cac, type CAC } from 'cac'
import { deleteProgram } from './commands/delete.ts'
import { describe } from './commands/describe.ts'
import { list } from './commands/list.ts'
import { logs } from './commands/logs.ts'
import { reload } from './commands/reload.ts'
import { restart } from './commands/restart.ts'
import { scale } from './commands/scale.ts'
import { start } from './commands/start.ts'
import { startup } from './commands/startup.ts'
import { stop } from './commands/stop.ts'
import { top } from './commands/top.ts'
import { withInsideCommands } from './inside-commands.ts'
import { CliError } from './errors.ts'
import { nearest } from '@clustered/core/options'
import { takeOutputErrors } from './output-errors.ts'
import { printError } from './print.ts'
import type { init as Init } from './commands/init.ts'
import { readStartFlags } from './read-start-flags.ts'
import type { StartFlags } from './start-flags.ts'
import { helpOfFlags } from './start-help.ts'

const { version } = createRequire(import.meta.url)('../package.json') as { version: string }

/** @returns the exit code, or `undefined` where this process lives on. */
export async function run(argv: string[]): Promise<number | undefined> {
  const asJson = argv.includes('--json')
  const [command] = argv
  // A program in the foreground writes as its own log does.
  if (command !== 'start' || argv.includes('--daemon')) takeOutputErrors(command === 'logs')
  try {
    const starts = command === 'start' || command === 'startup'
    const { rest, flags } = starts ? readStartFlags(command, argv) : { rest: argv, flags: undefined }
    const cli = makeCli(argv, flags)
    cli.parse(['', '', ...protectNumbers(withHelp(rest))], { run: false })
    // Such as what the shell makes of a glob without quotes.
    if (starts && cli.args.length > 1) throw tooMany(cli.args)
    if (cli.matchedCommand) return (await cli.runMatchedCommand()) as number | undefined
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
  cli.help((sections) => {
    const { description, name } = cli.matchedCommand ?? {}
    const flags = name === 'start' || name === 'startup' ? [helpOfFlags(name)] : []
    return description ? [{ body: description }, ...sections, ...flags] : sections
  })
  cli.version(version)

  cli
    .command('start <file>', 'Run an app file on every core, as it is')
    .example('clustered start app.js -i 2 --daemon')
    .example('clustered start app.js --watch -- --port 8000')
    .action((file: string, flags: StartFlags) =>
      start(file, { ...flags, ...typed! }, argv.slice(argv.indexOf('start') + 1)),
    )
  cli.command('list', 'All that runs, and how it is').alias('ls').action(list)
  cli.command('describe <name>', 'All about one program, worker by worker').alias('show').action(describe)
  cli
    .command('logs <name>', 'The output of a daemon')
    .option('-f, --follow', 'Go on as it writes more')
    .option('--lines <number>', 'How many lines to begin with (default: 15)')
    .action(logs)
  cli
    .command('reload <name>', 'Replace every worker by one with the new code, without losing a request')
    .action(reload)
  cli.command('scale <name> <size>', 'Change how many workers there are: 4, +1, -1').action(scale)
  cli.command('stop <name>', 'Answer what is in flight, and end').action(stop)
  cli.command('restart <name>', 'Stop a daemon, if it runs, and start it as it was started').action(restart)
  cli
    .command('delete <name>', 'Stop, and forget it and its logs, which cannot be undone')
    .alias('del')
    .action(deleteProgram)
  cli.command('top [name]', 'Every program and its workers, live').action(top)
  withInsideCommands(cli)
  cli
    .command('startup <file>', 'Print a systemd unit for a daemon, or for an app file')
    .action((file: string, flags: StartFlags) =>
      startup(file, { ...flags, ...typed! }, argv.slice(argv.indexOf('startup') + 1)),
    )
  cli
    .command('init [file]', 'Put Clustered into the Express or Koa project in this folder')
    .option('--dry-run', 'Only say what would change')
    // What it needs to read code is for it alone.
    .action(async (...given: Parameters<typeof Init>) => (await import('./commands/init.ts')).init(...given))
  return cli
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
  const near = nearest(
    word,
    cli.commands.flatMap(({ name, aliasNames }) => [name, ...aliasNames]),
  )
  return new CliError(
    'ERR_CLUSTERED_USAGE',
    `There is no command '${word}'. ${near ? `Is it 'clustered ${near}' that you mean?` : 'See: clustered --help'}`,
  )
}
