// Puts tables into documents, and plots into docs/plots.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { conditions, versionsOf } from './figures/words.js'
import { figures } from './figures/index.js'
import { readResults } from './results.js'

const root = fileURLToPath(new URL('..', import.meta.url))
const documents = ['docs/performance.md']
const plots = 'docs/plots'

const marked = /(<!-- bench: (\S+) -->\n)[^]*?(\n<!-- \/bench -->)/g

/** Without the widths of columns, which the formatter chooses. */
const loose = (text) => text.replaceAll(/ {2,}/g, ' ').replaceAll(/-{3,}/g, '---')

/**
 * @param from the folder of the results.
 * @returns the files that are not what the results give; with `isCheck` they stay as they are.
 */
export function writeFigures(from, isCheck) {
  const all = Object.entries(figures).flatMap(([measure, made]) => {
    const results = readResults(from, measure)
    return results ? [{ results, conditions, ...made }] : []
  })
  const drawings = all.flatMap(({ results, plots: drawn = {} }) =>
    Object.entries(drawn).map(([name, draw]) => [path.join(plots, name), draw(results)]),
  )
  const tables = Object.fromEntries(
    all.flatMap(({ results, tables: made, conditions: say }) =>
      Object.entries(made).map(([name, make]) => [
        name,
        `${make(results)}\n\n${say(results.about)}.${versionsOf(results.about)}`,
      ]),
    ),
  )
  const texts = documents.map((name) => {
    const text = readFileSync(path.join(root, name), 'utf8')
    const written = text.replace(marked, (whole, begin, table, end) =>
      tables[table] === undefined ? whole : `${begin}\n${tables[table]}\n${end}`,
    )
    return [name, loose(written) === loose(text) ? text : written]
  })
  return [...drawings, ...texts].flatMap(([name, content]) => {
    const file = path.join(root, name)
    if (existsSync(file) && readFileSync(file, 'utf8') === content) return []
    if (!isCheck) {
      mkdirSync(path.dirname(file), { recursive: true })
      writeFileSync(file, content)
    }
    return name
  })
}
