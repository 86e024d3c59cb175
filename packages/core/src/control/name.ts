import { readFileSync } from 'node:fs'
import path from 'node:path'

/** It is typed in a shell, and is the name of a folder. */
export function isProgramName(name: unknown): boolean {
  return typeof name === 'string' && /^\w[\w.+-]{0,63}$/.test(name)
}

/**
 * What a program is called that has not been given a name: as its package, else as its entry file.
 * @param folder where it is started: a command of a package, such as that of Next.js, is called as the project is.
 */
export function defaultName(entryFile: string, folder: string): string {
  const home = isToolOf(folder, entryFile) ? folder : path.dirname(entryFile)
  return toName(packageName(home) ?? path.parse(entryFile).name)
}

function isToolOf(folder: string, file: string): boolean {
  const [project = '', inside] = file.split(`${path.sep}node_modules${path.sep}`)
  return inside !== undefined && `${folder}${path.sep}`.startsWith(`${project}${path.sep}`)
}

/** The name in the nearest package.json that has one. */
function packageName(folder: string): string | undefined {
  for (let at = folder; ; at = path.dirname(at)) {
    const name = readName(path.join(at, 'package.json'))
    if (name || at === path.dirname(at)) return name
  }
}

function readName(file: string): string | undefined {
  try {
    const { name } = JSON.parse(readFileSync(file, 'utf8')) as { name?: unknown }
    return typeof name === 'string' ? name : undefined
  } catch {
    return undefined
  }
}

/** Without the scope of a package, and without what is awkward in a shell. */
function toName(name: string): string {
  const plain = (name.split('/').at(-1) ?? '').replaceAll(/[^\w.+-]/g, '-').replace(/^[^\w]+/, '')
  return plain.slice(0, 64) || 'app'
}
