import type { CAC, Command } from 'cac'
import { CliError } from './errors.ts'
import { nearest } from '@clustered/core/options'

/**
 * Runs the command that was typed, and says of a flag that it does not have which one was probably meant.
 * @throws {CliError} ERR_CLUSTERED_USAGE, and what the command throws.
 */
export async function runMatched(cli: CAC, command: Command): Promise<unknown> {
  try {
    return await cli.runMatchedCommand()
  } catch (error) {
    const [, typed] = /^Unknown option `(.+)`/.exec((error as Error).message) ?? []
    if (typed === undefined) throw error
    const known = [...command.options, ...cli.globalCommand.options].flatMap(
      ({ rawName }) => rawName.match(/(?<![\w-])--?[\w-]+/g) ?? [],
    )
    const near = nearest(typed, known)
    throw new CliError(
      'ERR_CLUSTERED_USAGE',
      `${typed} is no flag of clustered ${command.name}.${near === undefined ? '' : ` Did you mean ${near}?`} See: clustered ${command.name} --help`,
    )
  }
}
