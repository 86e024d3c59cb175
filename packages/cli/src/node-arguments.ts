import { tokenizeArgs } from 'args-tokenizer'
import { CliError } from './errors.ts'

const flag = '--node-args'

/** With these, Node runs no file, or runs it in a process of its own. */
const others = /^(-[epci]|-pe|--(eval|print|check|interactive|test|run|watch)(=.*|-path.*)?|--|-)$/

/**
 * Node's arguments as a shell would read them: split where there is white
 * space, except in quotes and after a backslash.
 * @throws {CliError} ERR_CLUSTERED_USAGE
 */
export function splitNodeArguments(given: readonly string[]): string[] {
  return given.flatMap((text) => {
    const args = split(text)
    for (const [index, argument] of args.entries()) {
      if (others.test(argument)) throw wrong(text, `with ${argument}, Node would not run the app's file`)
      const before = args[index - 1]
      const isValue = before?.startsWith('-') && !before.includes('=')
      if (!argument.startsWith('-') && !isValue)
        throw wrong(text, `'${argument}' is neither an option of Node nor the value of one`)
    }
    return args
  })
}

function split(text: string): string[] {
  try {
    return tokenizeArgs(text)
  } catch {
    throw wrong(text, 'a quote is not closed')
  }
}

function wrong(text: string, why: string): CliError {
  return new CliError(
    'ERR_CLUSTERED_USAGE',
    `${flag}${text && ` "${text}"`}: ${why}. Expected: Node's own arguments in one word, such as ${flag} '--import ./setup.js --max-http-header-size=32768'.`,
  )
}
