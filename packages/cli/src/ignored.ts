import path from 'node:path'
import picomatch from 'picomatch'

/** What a program reads at its start; what it writes while it runs is mostly not among them. */
const watched = /\.([cm]?[jt]s|[jt]sx|json|node|wasm|html|ejs|hbs|pug|graphql|gql|ya?ml)$/

export type Ignore = (relative: string) => boolean

/**
 * @param globs seen from the working directory. A folder means all that is in
 * it; a name without a slash means every file and folder of that name.
 */
export function ignoring(globs: readonly string[]): Ignore {
  const patterns = globs.map((glob) => {
    const relative = path.isAbsolute(glob) ? path.relative(process.cwd(), glob) : path.normalize(glob)
    return relative.replace(/\/$/, '')
  })
  const matches = patterns.map((pattern) =>
    picomatch(pattern, { dot: true, basename: !pattern.includes('/') }),
  )
  return (relative) => matches.some((isMatch) => isMatch(relative))
}

/** Whether a change of the file, or of what is in the folder, is no reason to reload. */
export function isIgnored(relative: string, isFile: boolean, ignore: Ignore): boolean {
  const parts = relative.split(path.sep)
  if (
    parts.some((part) => part === 'node_modules' || (part.startsWith('.') && part !== '..' && part !== '.'))
  )
    return true
  if (relative !== '' && ignore(relative)) return true
  return isFile && !watched.test(relative)
}
