import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { tokenizeArgs } from 'args-tokenizer'
import { CliError } from './errors.ts'

/** Packages that make Node run TypeScript. */
const loaders = [
  'tsx',
  'ts-node',
  'ts-node-maintained',
  '@swc-node/register',
  '@oxc-node/core',
  '@esbuild-kit/esm-loader',
  '@esbuild-kit/cjs-loader',
  '@nodejs-loaders/tsx',
  '@babel/register',
  'esbuild-register',
  'sucrase/register',
  'ts-blank-space/register',
  'amaro/strip',
  'amaro/transform',
  'tsimp',
  'jiti',
]

/**
 * What Node needs to run the file, if that is TypeScript: nothing where a
 * loader is given or Node strips types itself, unless the project has tsx,
 * which can do more.
 *
 * @param nodeArguments those that the workers are given.
 * @throws {CliError} ERR_CLUSTERED_NO_TYPESCRIPT
 */
export function typeScriptArguments(file: string, nodeArguments: readonly string[]): string[] {
  if (!/\.([cm]?ts|[jt]sx)$/.test(file)) return []
  const environment = tokenizeArgs(process.env['NODE_OPTIONS'] ?? '', { loose: true })
  if (hasLoader([...environment, ...nodeArguments])) return []
  const tsx = findTsx(file)
  if (tsx) return ['--import', tsx]
  const isPlain = !file.endsWith('x')
  if (isPlain && (process.features as { typescript?: unknown }).typescript) return []
  throw new CliError(
    'ERR_CLUSTERED_NO_TYPESCRIPT',
    `Node ${process.versions.node} does not run ${isPlain ? 'TypeScript' : 'JSX'} (${file}). ` +
      `Install tsx in the project (npm install tsx), ${isPlain ? 'use Node 22.18 or later, ' : ''}` +
      "name another loader (--node-args '--import ./loader.js'), or give the compiled file.",
  )
}

function hasLoader(args: readonly string[]): boolean {
  return args.some((argument, index) => {
    if (/^--(experimental-)?(strip|transform)-types$/.test(argument)) return true
    const [, option, joined] = /^(-r|--[a-z-]+)(?:=(.*))?$/.exec(argument) ?? []
    const module = joined ?? args[index + 1] ?? ''
    if (option === '--loader' || option === '--experimental-loader') return true
    return (option === '--import' || option === '--require' || option === '-r') && loads(module)
  })
}

/** A loader, or a file of the project that names one. */
function loads(module: string): boolean {
  if (loaders.some((loader) => module === loader || module.startsWith(`${loader}/`))) return true
  if (loaders.some((loader) => module.includes(`/node_modules/${loader}/`))) return true
  try {
    const file = module.startsWith('file:') ? fileURLToPath(module) : module
    const text = readFileSync(path.resolve(file), 'utf8')
    return loaders.some((loader) => [`'${loader}`, `"${loader}`].some((quoted) => text.includes(quoted)))
  } catch {
    return false
  }
}

function findTsx(file: string): string | undefined {
  try {
    return pathToFileURL(createRequire(path.resolve(file)).resolve('tsx')).href
  } catch {
    return undefined
  }
}
