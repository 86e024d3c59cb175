import { createRequire } from 'node:module'
import { cac, type CAC, type Command } from 'cac'
import { deleteProgram } from './commands/delete.ts'
import { describe } from './commands/describe.ts'
import { flush } from './commands/flush.ts'
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
import { asTyped } from './as-typed.ts'
import { CliError } from './errors.ts'
import { nearest } from './nearest.ts'
import { takeNodeArguments } from './node-arguments.ts'
import { takeOutputErrors } from './output-errors.ts'
import { pm2Aliases, pm2Words } from './pm2-words.ts'
import { printError } from './print.ts'
import type { init as Init } from './commands/init.ts'
import type { StartFlags } from './start-options.ts'

const { version } = createRequire(import.meta.url)('../package.json') as { version: string }

/** @returns the exit code, or `undefined` where this process lives on. */
export async function run(argv: string[]): Promise<number | undefined> {
  const asJson = argv.includes('--json')
  const [command] = argv
  // A program in the foreground writes as its own log does.
  if (command !== 'start' || argv.includes('--daemon')) takeOutputErrors(command === 'logs')
  try {
    const starts = command === 'start' || command === 'startup'
    const { rest, given } = starts ? takeNodeArguments(argv) : { rest: argv, given: [] }
    const cli = makeCli(argv, given)
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

function makeCli(argv: string[], nodeArgs: string[]): CAC {
  const typed = (flags: StartFlags): StartFlags => ({ ...asGiven(flags, argv), nodeArgs })
  const cli = cac('clustered')
  cli.option('--json', 'Answer with JSON')
  cli.help((sections) => {
    const { description } = cli.matchedCommand ?? {}
    return description ? [{ body: description }, ...sections] : sections
  })
  cli.version(version)

  withFileOptions(
    withStartOptions(
      cli.command(
        'start [file]',
        'Run an app file on every core, as it is, or the programs that a file names',
      ),
    ),
  )
    .option('--no-prefix', 'Several programs in the foreground: no name before each line')
    .option('--daemon', 'Detach, keep it running, and write its logs to files')
    .option('--watch', 'Reload when a file changes')
    .option('--ignore <glob>', 'With --watch: files that do not matter; may be repeated')
    .example('clustered start app.js -i 2 --daemon')
    .example('clustered start app.js --watch -- --port 8000')
    .example('clustered start --env production --daemon')
    .action((file: string | undefined, flags: StartFlags) =>
      start(file, typed(flags), argv.slice(argv.indexOf('start') + 1)),
    )
  cli.command('flush [...names]', 'Empty the logs of daemons: those that are named, or all').action(flush)
  cli.command('list', 'All that runs, and how it is').alias('ls').action(list)
  cli.command('describe <name>', 'All about one program, worker by worker').alias('show').action(describe)
  cli
    .command('logs <name>', 'The output of a daemon')
    .option('-f, --follow', 'Go on as it writes more')
    .option('--lines <number>', 'How many lines to begin with (default: 15)')
    .action(logs)
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
  cli.command('top [name]', 'Every program and its workers, live').action(top)
  withInsideCommands(cli)
  withFileOptions(
    withStartOptions(
      cli.command(
        'startup <file>',
        "Print a systemd unit for a daemon, or for an app file; for 'all': one for each",
      ),
    ),
  ).action((file: string, flags: StartFlags) =>
    startup(file, typed(flags), argv.slice(argv.indexOf('startup') + 1)),
  )
  cli
    .command('init [file]', 'Put Clustered into the Express or Koa project in this folder')
    .option('--dry-run', 'Only say what would change')
    // What it needs to read code is for it alone.
    .action(async (...given: Parameters<typeof Init>) => (await import('./commands/init.ts')).init(...given))
  for (const { name, aliasNames } of cli.commands) aliasNames.push(...(pm2Aliases[name] ?? []))
  return cli
}

function withStartOptions(command: Command): Command {
  return command
    .option(
      '-i, --instances <number>',
      "How many workers: a number, 'max', or as the load needs: 2..8 (default: the usable CPUs)",
    )
    .option('--name <name>', "A name for it (default: the package's name, else the file's)")
    .option('--drain-timeout <ms>', 'For a worker to answer what it has in flight (default: 10000)')
    .option('--kill-timeout <ms>', "The same, by pm2's name for it")
    .option('--boot-timeout <ms>', 'From start to listening (default: 30000)')
    .option(
      '--no-listen',
      'It serves nothing: a queue consumer, a scheduler, a script (one worker by default)',
    )
    .option('--ready-after <ms>', "With --no-listen: ready after so long, or 'message' (default: 1000)")
    .option('--restart <when>', "With --no-listen: 'always', 'on-failure' or 'never' (default: on-failure)")
    .option('--remain-after-exit', 'With --no-listen: go on when the program has ended, for a reload')
    .option(
      '--surge <number>',
      'How many slots a reload replaces at once; 0: old one out, new one in (default: 1)',
    )
    .option('--sticky <kind>', "'socket.io': bring its requests to the worker that has their session")
    .option('--env-file <file>', 'Variables for the workers, read anew at each reload')
    .option('--node-args <arguments>', "Node's own arguments, such as '--import ./setup.js'; may be repeated")
}

function withFileOptions(command: Command): Command {
  return command
    .option('--only <names>', 'Of a file that names programs: these, with commas between them')
    .option('--env <name>', 'Of such a file: the variables of env_<name>')
}

function asGiven(flags: StartFlags, argv: string[]): StartFlags {
  const name = asTyped(argv, '--name')
  return name === undefined ? flags : { ...flags, name }
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
