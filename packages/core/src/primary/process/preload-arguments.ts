import { pathToFileURL } from 'node:url'

/**
 * Node's arguments for a worker: those given, and what loads the preload.
 *
 * `--require` comes after the program's own `--require` and before all of its
 * `--import`. Where an ES module cannot be required (as with
 * `--no-experimental-require-module`), `--import` it is, before the program's own.
 */
export function withPreload(execArgv: readonly string[], preload: string): string[] {
  return canRequireModules(execArgv)
    ? [...execArgv, '--require', preload]
    : ['--import', pathToFileURL(preload).href, ...execArgv]
}

/** The last that is given decides, as in Node. */
function canRequireModules(execArgv: readonly string[]): boolean {
  const given = [...(process.env['NODE_OPTIONS']?.split(/\s+/) ?? []), ...execArgv]
  const last = given.findLast((argument) => option.test(argument))
  if (last !== undefined) return !last.startsWith('--no')
  // Older than its types here.
  return (process.features as { require_module?: boolean }).require_module ?? false
}

const option = /^--(no[-_])?(experimental[-_])?require[-_]module$/
