import { CliError } from '../errors.ts'
import { type Manifest, packagesOf } from '../project.ts'
import { bindingsOf } from './bindings.ts'
import { type Framework, frameworks } from './frameworks.ts'
import { parseProgram } from './syntax.ts'

/**
 * The frameworks that a project depends on, of which adapters are known.
 * @throws {CliError} ERR_CLUSTERED_NOTHING_TO_CHANGE
 */
export function frameworksOf(manifest: Manifest): Framework[] {
  const packages = packagesOf(manifest)
  const found = frameworks.filter(({ from }) => Object.hasOwn(packages, from))
  if (found.length > 0) return found
  throw new CliError(
    'ERR_CLUSTERED_NOTHING_TO_CHANGE',
    `package.json depends on none of ${frameworks.map(({ from }) => from).join(', ')}. ` +
      'Any app that listens runs on every core as it is: clustered start app.js',
  )
}

/** Those that the file imports, or all: Nest depends on Express, and another part of the project on something else. */
export function importedOf(found: readonly Framework[], source: string, file: string): readonly Framework[] {
  try {
    const modules = new Set(bindingsOf(parseProgram(source, file)).map(({ from }) => from))
    const imported = found.filter(({ from }) => modules.has(from))
    return imported.length > 0 ? imported : found
  } catch {
    return found
  }
}
