import { readFileSync } from 'node:fs'
import { parseEnv } from 'node:util'
import { givenEnvironment } from '@clustered/core/control'
import { CliError } from './errors.ts'

/**
 * The variables of an env file, without those that are set already: as with
 * `node --env-file`, what is set counts.
 * @throws {CliError} ERR_CLUSTERED_NO_SUCH_FILE
 */
export function readEnvFile(file: string): Record<string, string | undefined> {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    throw new CliError(
      'ERR_CLUSTERED_NO_SUCH_FILE',
      `--env-file: ${(error as Error).message}. Expected: a file of lines such as NAME=value.`,
    )
  }
  const entries = Object.entries(parseEnv(text)).filter(([name]) => givenEnvironment()[name] === undefined)
  return Object.fromEntries(entries)
}
