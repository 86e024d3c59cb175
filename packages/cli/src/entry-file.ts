import { readdirSync, readFileSync, realpathSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { CliError } from './errors.ts'
import { isFile, isFolder } from './file-kind.ts'
import { nearest } from '@clustered/core/options'
import { installedCommand } from './installed-command.ts'
import { named, namedFolder } from './named.ts'
import { entryOfPackage } from './project.ts'

const extensions = ['', '.js', '.mjs', '.cjs', '.ts', '.mts', '.cts', '.tsx']

/**
 * The file that is meant: `app` may be `app.js`, as for Node itself, and `next`
 * the command of a package.
 * @param command what was given, where `given` is more than that.
 * @param folder where that command is looked for.
 * @throws {CliError} ERR_CLUSTERED_NO_SUCH_FILE, ERR_CLUSTERED_NO_FOLDER
 */
export function entryFile(given: string, command: string = given, folder: string = namedFolder()): string {
  const found = findFile(given) ?? mainOf(given)
  if (found) return found
  const file = named(given)
  const near = nearest(path.basename(given), filesIn(path.dirname(file)))
  const [, runner, rest = ''] = /^(npm|pnpm|yarn|npx|node|tsx)\b ?(.*)$/.exec(given) ?? []
  if (runner) throw isCommand(given, /^(node|tsx)$/.test(runner) ? rest : startedHere())
  const installed = installedCommand(command, folder)
  if (installed) return installed
  const [first = '', ...args] = given.split(' ')
  if (args.length > 0 && installedCommand(first, folder))
    throw new CliError(
      'ERR_CLUSTERED_NOT_A_PROGRAM',
      `'${given}' is a command with arguments, and those stand behind --. Is it this that you mean: clustered start ${first} -- ${args.join(' ')}`,
    )
  if (isFolder(given))
    throw new CliError(
      'ERR_CLUSTERED_NO_SUCH_FILE',
      `${file} is a folder in which Node finds no program: no main in a package.json, and no index.js. Give the file: clustered start app.js`,
    )
  throw new CliError(
    'ERR_CLUSTERED_NO_SUCH_FILE',
    `There is no file ${file}, and no stopped program and no command of an installed package of that name. ` +
      (near
        ? `Is it ${path.join(path.dirname(given), near)} that you mean?`
        : 'Give the file that Node would run: clustered start app.js'),
  )
}

/** As pm2 takes it. Of a program that another one starts, nothing would be known. */
function isCommand(given: string, file: string | undefined): CliError {
  return new CliError(
    'ERR_CLUSTERED_NOT_A_PROGRAM',
    `'${given}' is a command, and a file is expected: the one that Node runs in the end. ` +
      (file ? `Is it ${file} that you mean?` : 'As in: clustered start app.js'),
  )
}

/** What `npm start` runs. */
function startedHere(): string | undefined {
  try {
    return entryOfPackage(readFileSync('package.json', 'utf8'))
  } catch {
    return undefined
  }
}

/** Whether `given` means a file, seen from this folder. */
export function isFileHere(given: string): boolean {
  return findFile(given) !== undefined
}

/** What `node folder` runs. Its name is kept, as it may be a symlink that moves on. */
function mainOf(folder: string): string | undefined {
  try {
    const real = realpathSync(folder)
    return path.join(folder, path.relative(real, createRequire(path.join(real, 'x')).resolve('./')))
  } catch {
    return undefined
  }
}

function findFile(given: string): string | undefined {
  return extensions.map((extension) => given + extension).find((file) => isFile(file))
}

function filesIn(folder: string): string[] {
  try {
    return readdirSync(folder).filter((name) => extensions.includes(path.extname(name)))
  } catch {
    return []
  }
}
