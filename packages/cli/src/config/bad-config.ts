import { CliError } from '../errors.ts'

/** What a file of programs says is wrong. */
export function badConfig(message: string): CliError {
  return new CliError('ERR_CLUSTERED_BAD_CONFIG', message)
}
