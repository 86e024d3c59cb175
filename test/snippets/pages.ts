import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Fence, fencesOf } from './fences.ts'

/** Of the repository, seen from where this is compiled to. */
export const root: string = fileURLToPath(new URL('../../../', import.meta.url))

/** Every page that somebody reads, by its path from the root. */
export function pages(): Map<string, string> {
  const inFolders = ['packages', 'examples'].flatMap((folder) =>
    readdirSync(path.join(root, folder)).map((name) => `${folder}/${name}/README.md`),
  )
  const docs = readdirSync(path.join(root, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md') && !name.includes('node_modules'))
    .map((name) => `docs/${name}`)
  const names = ['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md', ...docs, ...inFolders]
    .filter((name) => existsSync(path.join(root, name)))
    .toSorted()
  return new Map(names.map((name) => [name, readFileSync(path.join(root, name), 'utf8')]))
}

export function allFences(): Fence[] {
  return [...pages()].flatMap(([page, text]) => fencesOf(page, text))
}
