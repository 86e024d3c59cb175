import { readFileSync } from 'node:fs'
import path from 'node:path'
import { CliError } from './errors.ts'
import { entryOfPackage } from './project.ts'

/** What lies about in a project and is nothing that Node runs. */
const others =
  /\.(json5?|jsonc|css|scss|less|html?|md|txt|ya?ml|toml|lock|map|env|sh|py|sql|png|svg|ico|log)$|\.d\.[cm]?ts$/

/** Beyond that (in characters), it is not looked into. */
const longest = 100_000

/**
 * Says at once what a file is that is not the program: workers that run it
 * would end, or never listen.
 * @throws {CliError} ERR_CLUSTERED_NOT_A_PROGRAM
 */
export function refuseOtherFiles(file: string): void {
  const text = readFileSync(file, 'utf8').slice(0, longest)
  if (path.basename(file) === 'package.json') throw notProgram(file, 'is the project', entryOfPackage(text))
  if (others.test(file)) throw notProgram(file, 'is no program')
  const [, interpreter] = /^#!\s*(.*)/.exec(text) ?? []
  if (interpreter && !/\b(node|nodejs|tsx|ts-node|bun|deno)\b/.test(interpreter))
    throw notProgram(file, `is a script for ${interpreter}`)
}

function notProgram(file: string, what: string, meant?: string): CliError {
  return new CliError(
    'ERR_CLUSTERED_NOT_A_PROGRAM',
    `${file} ${what}. ` +
      (meant
        ? `Is it ${path.join(path.dirname(file), meant)} that you mean?`
        : 'Give the file that Node would run: clustered start app.js'),
  )
}
