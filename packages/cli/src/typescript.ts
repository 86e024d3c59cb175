import { createRequire } from 'node:module'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { CliError } from './errors.ts'

/**
 * What Node needs to run the file, if that is TypeScript: nothing where it
 * strips types itself, unless the project has tsx, which can do more.
 * @throws {CliError} ERR_CLUSTERED_NO_TYPESCRIPT
 */
export function typeScriptArguments(file: string): string[] {
  if (!/\.[cm]?ts$/.test(file) || runsThroughLoader()) return []
  const tsx = findTsx(file)
  if (tsx) return ['--import', tsx]
  if ((process.features as { typescript?: unknown }).typescript) return []
  throw new CliError(
    'ERR_CLUSTERED_NO_TYPESCRIPT',
    `Node ${process.versions.node} does not run TypeScript (${file}). ` +
      'Install tsx in the project (npm install tsx), use Node 22.18 or later, or give the compiled file.',
  )
}

function runsThroughLoader(): boolean {
  return [...process.execArgv, process.env['NODE_OPTIONS'] ?? ''].some((argument) =>
    /\btsx\b|--loader|ts-node/.test(argument),
  )
}

function findTsx(file: string): string | undefined {
  try {
    return pathToFileURL(createRequire(path.resolve(file)).resolve('tsx')).href
  } catch {
    return undefined
  }
}
