import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../../../', import.meta.url))

export function readPage(page: string): string {
  return readFileSync(path.join(root, 'docs', page), 'utf8')
}

/** Every page of the documents, and what lies beside them: a dashboard, alerts. */
export function allDocuments(): { name: string; text: string }[] {
  return readdirSync(path.join(root, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(md|yml|json)$/.test(name) && !name.includes('node_modules'))
    .map((name) => ({ name, text: readPage(name) }))
}

export function readSource(file: string): string {
  return readFileSync(path.join(root, 'packages', file), 'utf8')
}

/** What the packages are made of, without their tests. */
export function sources(): string[] {
  return readdirSync(path.join(root, 'packages')).flatMap((name) => {
    const folder = path.join(root, 'packages', name, 'src')
    return readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((file) => /\.c?ts$/.test(file) && !file.endsWith('.test.ts'))
      .map((file) => readFileSync(path.join(folder, file), 'utf8'))
  })
}

/** The cells of each row whose first one is code, or only of the table behind those words. */
export function rows(page: string, behind?: string): string[][] {
  const text = readPage(page)
  const begin = behind === undefined ? 0 : text.indexOf(`\n${behind}`) + 1
  assert.ok(behind === undefined || begin > 0, `${page} has: ${behind}`)
  const rest = text.slice(begin)
  const table = behind === undefined ? rest : (/^\|[^]*?(?=\n\n|$(?![^]))/m.exec(rest)?.[0] ?? '')
  return table
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .map((line) =>
      line
        .split(/(?<!\\)\|/)
        .slice(1, -1)
        .map((cell) => cell.trim()),
    )
}

/** The names in the first cells, as they stand between backticks. */
export function firstNames(page: string, behind?: string): string[] {
  return rows(page, behind).map(([first]) => /`([^`]+)`/.exec(first!)![1]!)
}

/** The names of the properties of an interface, in their order. */
export function propertiesOf(file: string, name: string): string[] {
  const source = readSource(file)
  const [, body] = new RegExp(`^export interface ${name} [^{]*\\{\\n([^]*?)^\\}`, 'm').exec(source) ?? []
  assert.ok(body !== undefined, `${file} has an interface ${name}`)
  return [...body.matchAll(/^  (?:readonly )?'?([\w:]+|\[[\w.]+\])'?\??(?:\(|:)/gm)].map(
    ([, property]) => property!,
  )
}

export function sorted(words: Iterable<string>): string[] {
  return [...new Set(words)].toSorted()
}
