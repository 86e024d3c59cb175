import { existsSync } from 'node:fs'
import path from 'node:path'

const folders = /^(dist|build|out|output|lib|compiled)$/

/**
 * Whether the next build overwrites the file, as far as that can be seen; and
 * the file that it was most likely built from.
 */
export function asBuildOutput(file: string, text: string): { source: string | undefined } | undefined {
  const [folder = '', ...inside] = path.normalize(file).split(path.sep)
  const isMarked = /^\/\/# sourceMappingURL=|Object\.defineProperty\(exports, ["']__esModule["']/m.test(text)
  const isBuilt = folders.test(folder) && (existsSync('src') || existsSync('tsconfig.json'))
  if (!isMarked && !isBuilt) return undefined
  const { dir, name } = path.parse(path.join(...inside))
  const sources = ['src', '.'].flatMap((root) =>
    ['.ts', '.tsx', '.mts', '.cts', '.js', '.mjs', '.cjs'].map((extension) =>
      path.join(root, dir.replace(/^src\b\/?/, ''), name + extension),
    ),
  )
  return { source: sources.find((source) => existsSync(source)) }
}
