import { errorColors } from './colors.ts'
import { CliError } from './errors.ts'
import { plain, plainLines, toJsonText } from './plain.ts'

/** Text for a person, or JSON for a program. */
export function print(asJson: boolean | undefined, json: unknown, text: () => string): void {
  console.log(asJson ? toJsonText(json, 2) : text())
}

/** Beside the answer, on stderr. */
export function warn(message: string): void {
  console.error(`warning: ${plainLines(message)}`)
}

/** @returns the exit code. */
export function printError(error: unknown, asJson: boolean): number {
  const { message, code, exitCode, stack } = toCliError(error)
  if (asJson) console.error(toJsonText({ error: { code, message } }))
  else if (code === undefined) console.error(stack)
  else
    console.error(
      `${errorColors.red('error:')} ${plainLines(message)} ${errorColors.dim(`(${plain(code)})`)}`,
    )
  return exitCode ?? 1
}

interface Known extends Error {
  code?: string
  exitCode?: number
}

function toCliError(error: unknown): Known {
  if (!(error instanceof Error)) return new Error(String(error))
  return error.name === 'CACError'
    ? new CliError('ERR_CLUSTERED_USAGE', `${error.message}. See: clustered --help`)
    : error
}
