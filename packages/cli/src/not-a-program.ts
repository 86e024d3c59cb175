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
  if (isForPm2(file, text)) throw pm2File(file, text)
  if (path.basename(file) === 'package.json') throw notProgram(file, 'is the project', entryOfPackage(text))
  if (others.test(file)) throw notProgram(file, 'is no program')
  const [, interpreter] = /^#!\s*(.*)/.exec(text) ?? []
  if (interpreter && !/\b(node|nodejs|tsx|ts-node|bun|deno)\b/.test(interpreter))
    throw notProgram(file, `is a script for ${interpreter}`)
}

function isForPm2(file: string, text: string): boolean {
  const named = /^(ecosystem|pm2|process(es)?)\b.*\.([cm]?js|json|ya?ml)$/.test(path.basename(file))
  const lists = /["']?\bapps["']?\s*:\s*\[/.test(text) || /^apps:\s*$/m.test(text)
  return lists && (named || /\b(module\.)?exports\b|export default/.test(text)) && scriptsOf(text).length > 0
}

function scriptsOf(text: string): string[] {
  const scripts = [...text.matchAll(/\bscript["']?\s*:\s*["'`]?([^"'`,\s]+)/g)]
  return scripts.map(([, script]) => script!)
}

function pm2File(file: string, text: string): CliError {
  const commands = scriptsOf(text).map((script) => `clustered start ${script} --daemon`)
  return new CliError(
    'ERR_CLUSTERED_NOT_A_PROGRAM',
    `${file} is a file for pm2: it names programs, and is none. Start each of them: ${commands.join('; ')}. ` +
      `Which option is which: "From pm2" in docs/cli.md.`,
  )
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
