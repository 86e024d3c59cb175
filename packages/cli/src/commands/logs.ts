import { existsSync } from 'node:fs'
import { colors, errorColors } from '../colors.ts'
import { choose } from '../choose.ts'
import { CliError } from '../errors.ts'
import { logFiles } from '../record.ts'
import { checkOwnFile } from '../state-folder.ts'
import { follow, startOfLastLines } from '../tail.ts'
import { LogOnTerminal } from '../log-on-terminal.ts'
import { toJsonText } from '../plain.ts'

export interface LogFlags {
  follow?: boolean
  lines?: string | number
  json?: boolean
}

/**
 * What the program has written, stdout to stdout and stderr to stderr, byte
 * for byte; where a person is reading, each line says where it is from, and
 * what would do something to the terminal is left out.
 */
export async function logs(name: string, flags: LogFlags): Promise<void> {
  const lines = lineCount(flags.lines ?? 15)
  const program = await choose(name)
  if (!program.record)
    throw new CliError(
      'ERR_CLUSTERED_NOT_A_DAEMON',
      `'${program.name}' was not started with --daemon: it writes where it was started, and not to log files.`,
    )
  const files = logFiles(program.record.name)
  if (flags.json) return console.log(toJsonText(files))
  const show = async (file: string, to: NodeJS.WriteStream, label: string): Promise<void> => {
    if (!existsSync(file)) return
    checkOwnFile(file)
    const terminal = to.isTTY ? new LogOnTerminal(label) : undefined
    for await (const chunk of follow(file, await startOfLastLines(file, lines), flags.follow ?? false))
      to.write(terminal ? terminal.add(chunk) : chunk)
  }
  const showOut = () => show(files.out, process.stdout, colors.dim(`${program.name} | `))
  const showErr = () => show(files.err, process.stderr, errorColors.yellow(`${program.name} ! `))
  if (flags.follow) await Promise.all([showErr(), showOut()])
  else {
    await showErr()
    await showOut()
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
