import { existsSync, lstatSync, readFileSync, readlinkSync } from 'node:fs'
import path from 'node:path'

/** What pnpm writes, and the older form of it that others write too: the file that a command of shell runs. */
const shimTargets = [/^# cmd-shim-target=(.+)$/m, /"\$basedir(?:_abs)?"?\/'?([^"'\n]+)['"]? +"\$@"/]

/**
 * The program of a command that a package has brought along, such as `next`:
 * what npx would run. Its name is one that the next release of the package has
 * as well.
 *
 * @param folder where it is called, absolute. As in a script of npm, folders above count too.
 */
export function installedCommand(command: string, folder: string): string | undefined {
  if (!/^[\w.-]+$/.test(command)) return undefined
  const modules = path.join(folder, 'node_modules')
  const target = targetOf(path.join(modules, '.bin', command))
  if (target) return stableName(target, modules)
  const above = path.dirname(folder)
  return above === folder ? undefined : installedCommand(command, above)
}

/** npm and Yarn make a link, pnpm a script for the shell. */
function targetOf(bin: string): string | undefined {
  try {
    const target = lstatSync(bin).isSymbolicLink() ? readlinkSync(bin) : shimTarget(readFileSync(bin, 'utf8'))
    const file = target && path.resolve(path.dirname(bin), target)
    return file && existsSync(file) ? file : undefined
  } catch {
    return undefined
  }
}

function shimTarget(script: string): string | undefined {
  return shimTargets.map((pattern) => pattern.exec(script)?.[1]).find(Boolean)
}

/** pnpm's own folders have the version in their names. */
function stableName(file: string, modules: string): string {
  const inPackage = file.split(`${path.sep}node_modules${path.sep}`).at(-1)!
  const name = path.join(modules, inPackage)
  return existsSync(name) ? name : file
}
