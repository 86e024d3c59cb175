import { readFileSync } from 'node:fs'
import { CliError } from './errors.ts'
import { isFile } from './file-kind.ts'
import { readStartScript, takesValue, unquoted } from './start-script.ts'
import { tokenizeArgs } from 'args-tokenizer'

export interface Manifest {
  text: string
  main?: string
  scripts?: Record<string, string>
  dependencies?: Record<string, string>
  devDependencies?: Record<string, string>
}

const usualEntries = ['server', 'index', 'app', 'main'].flatMap((name) =>
  ['.js', '.mjs', '.cjs', '.ts', '.mts'].flatMap((extension) => [
    name + extension,
    `src/${name}${extension}`,
  ]),
)

/** The package.json of this folder, if there is one that can be read. */
export function readManifest(): Manifest | undefined {
  try {
    return readPackage()
  } catch {
    return undefined
  }
}

/** @throws {CliError} ERR_CLUSTERED_NO_SUCH_FILE */
export function readPackage(): Manifest {
  try {
    const text = readFileSync('package.json', 'utf8')
    return { ...(JSON.parse(text) as object), text }
  } catch (error) {
    throw new CliError(
      'ERR_CLUSTERED_NO_SUCH_FILE',
      `package.json: ${(error as Error).message}. Run this in the folder of a project, such as one with Express, Fastify, Nest, Hono or Next.js.`,
    )
  }
}

/** With those that it is built with. */
export function packagesOf({ dependencies, devDependencies }: Manifest): Record<string, string> {
  return { ...devDependencies, ...dependencies }
}

/** @throws {CliError} ERR_CLUSTERED_NO_SUCH_FILE */
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

/** The first file of source text in `npm start` that is no argument of an option. */
function startedFile({ scripts }: Pick<Manifest, 'scripts'>): string | undefined {
  const script = scripts?.['start'] ?? ''
  const words = tokenizeArgs(script, { loose: true })
  const file = words.find(
    (word, index) => /^[^-].*\.[cm]?[jt]sx?$/.test(word) && !takesValue.test(words[index - 1] ?? ''),
  )
  return file ?? withoutEnding(script)
}

/** `node src/server` means the file that is there. */
function withoutEnding(script: string): string | undefined {
  const { file = '' } = readStartScript(script) ?? {}
  return ['.js', '.mjs', '.cjs'].map((ending) => unquoted(file) + ending).find(isFile)
}
