import { readFileSync, statSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tokenizeArgs } from 'args-tokenizer'
import { CliError } from './errors.ts'

const { version } = createRequire(import.meta.url)('../package.json') as { version: string }

const frameworks = ['express', 'koa'] as const
export type Framework = (typeof frameworks)[number]

interface Manifest {
  text: string
  main?: string
  scripts?: { start?: string }
  dependencies?: Record<string, string>
}

const usualEntries = ['server', 'index', 'app', 'main'].flatMap((name) =>
  ['.js', '.mjs', '.cjs', '.ts'].flatMap((extension) => [name + extension, `src/${name}${extension}`]),
)

/** @throws {CliError} ERR_CLUSTERED_NO_SUCH_FILE */
export function readPackage(): Manifest {
  try {
    const text = readFileSync('package.json', 'utf8')
    return { ...(JSON.parse(text) as object), text }
  } catch (error) {
    throw new CliError(
      'ERR_CLUSTERED_NO_SUCH_FILE',
      `package.json: ${(error as Error).message}. Run this in the folder of an Express or Koa project.`,
    )
  }
}

/** @throws {CliError} ERR_CLUSTERED_NOTHING_TO_CHANGE */
export function findFramework({ dependencies = {} }: Manifest): Framework {
  const found = frameworks.filter((framework) => framework in dependencies)
  if (found.length === 1) return found[0]!
  throw new CliError(
    'ERR_CLUSTERED_NOTHING_TO_CHANGE',
    `package.json depends on ${found.join(' and ') || 'neither express nor koa'}. ` +
      'Any app that listens runs on every core as it is: clustered start app.js',
  )
}

/** @throws {CliError} ERR_CLUSTERED_NO_SUCH_FILE, ERR_CLUSTERED_NOTHING_TO_CHANGE */
export function findEntry(manifest: Manifest): string {
  const named = [startedFile(manifest), manifest.main]
  const entry = [...named, ...usualEntries].find((file) => file !== undefined && isFile(file))
  if (entry) return entry
  throw new CliError(
    'ERR_CLUSTERED_NO_SUCH_FILE',
    "The entry file was not found. Expected: a file in package.json's scripts.start or main, or server.js, index.js or app.js. To name it: clustered init FILE",
  )
}

/** What a package.json says that is run, whether it is there or not. */
export function entryOfPackage(text: string): string | undefined {
  try {
    const manifest = JSON.parse(text) as Manifest
    return startedFile(manifest) ?? manifest.main
  } catch {
    return undefined
  }
}

const withFile = /^(-r|--require|--import|--loader|--experimental-loader|--env-file|--env-file-if-exists)$/

/** The first file of source text in `npm start` that is no argument of an option. */
function startedFile({ scripts }: Pick<Manifest, 'scripts'>): string | undefined {
  const words = tokenizeArgs(scripts?.start ?? '', { loose: true })
  return words.find(
    (word, index) => /^[^-].*\.[cm]?[jt]sx?$/.test(word) && !withFile.test(words[index - 1] ?? ''),
  )
}

function isFile(file: string): boolean {
  return statSync(file, { throwIfNoEntry: false })?.isFile() ?? false
}

/** package.json with our adapter in it, and otherwise as it was. */
export function addDependency({ text }: Manifest, framework: Framework): { name: string; text: string } {
  const name = `@clustered/${framework}`
  const manifest = JSON.parse(text) as { dependencies: Record<string, string> }
  const dependencies = Object.entries({ ...manifest.dependencies, [name]: `^${version}` })
  manifest.dependencies = Object.fromEntries(dependencies.toSorted(([a], [b]) => (a < b ? -1 : 1)))
  const indent = /^([ \t]+)"/m.exec(text)?.[1] ?? '  '
  const changed = JSON.stringify(manifest, null, indent) + (text.endsWith('\n') ? '\n' : '')
  return { name, text: text.includes('\r\n') ? changed.replaceAll('\n', '\r\n') : changed }
}
