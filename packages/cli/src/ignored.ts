import path from 'node:path'
import picomatch from 'picomatch'

/** What a program reads at its start; what it writes while it runs is mostly not among them. */
const watched = /\.([cm]?[jt]s|[jt]sx|json|node|wasm|html|ejs|hbs|pug|graphql|gql|ya?ml)$/

export type Ignore = (relative: string) => boolean

/**
 * @param given regular expressions, and globs seen from the working directory. A folder means all that is in
 * it; a name without a slash means every file and folder of that name.
 */
export function ignoring(given: readonly (string | RegExp)[]): Ignore {
  const expressions = given.filter((each) => each instanceof RegExp)
  const globs = given.filter((each) => !(each instanceof RegExp)).map(String)
  const patterns = globs.map((glob) => {
    const relative = path.isAbsolute(glob) ? path.relative(process.cwd(), glob) : path.normalize(glob)
    return relative.replace(/\/$/, '')
  })
  const matches = patterns.map((pattern) =>
    picomatch(pattern, { dot: true, basename: !pattern.includes('/') }),
  )
  return (relative) =>
    matches.some((isMatch) => isMatch(relative)) ||
    expressions.some((expression) => relative.search(expression) >= 0)
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
