import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const file = fileURLToPath(new URL('../../../docs/frameworks.md', import.meta.url))
const marked = /(<!-- table: .* -->\n)([^]*?)(\n<!-- \/table -->)/

const head = [
  'Framework',
  'Version',
  'Started by',
  'Node.js',
  'Requests',
  'Failed',
  'Drained',
  'Own hooks, once each',
]
/** A line is known by these. */
const key = [0, 2, 3]

/** Lines of the table; those that were not tried now stay, if `order` has them. */
export function writeTable(lines: string[][], order: (cells: string[]) => number): void {
  const text = readFileSync(file, 'utf8')
  const [, , table = ''] = marked.exec(text) ?? []
  const all = new Map([...read(table), ...lines].map((cells) => [keyOf(cells), cells]))
  const sorted = [...all.values()]
    .filter((cells) => order(cells) >= 0)
    .sort((one, other) => order(one) - order(other))
  writeFileSync(
    file,
    text.replace(marked, (_, start, __, end) => `${start}\n${format([head, ...sorted])}\n${end}`),
  )
}

function keyOf(cells: string[]): string {
  return key.map((index) => cells[index]).join('|')
}

function read(table: string): string[][] {
  return table
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .slice(2)
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    )
}

/** As the formatter has it. */
function format(lines: string[][]): string {
  const widths = head.map((_, column) => Math.max(...lines.map((cells) => cells[column]!.length)))
  const row = (cells: string[]): string =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column]!)).join(' | ')} |`
  const [first, ...rest] = lines
  return [row(first!), row(widths.map((width) => '-'.repeat(width))), ...rest.map(row)].join('\n')
}
