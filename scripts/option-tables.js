// Writes the tables in docs/reference/options.md from the one table in packages/core/src/options.
// With --check it changes nothing, and ends with 1 if one of them is not as it would write it.
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { allOptions, defaultInWords, flagOf, variableOf } from '@clustered/core/options'

const root = fileURLToPath(new URL('..', import.meta.url))

/** In a cell, a bar would be the end of it. */
const code = (text) => (text === '' ? '' : `\`${text.replaceAll('|', '\\|')}\``)

const hasMembers = ({ kind }) => kind.members !== undefined

function defaultCell(option) {
  const text = defaultInWords(option)
  return option.otherwise === undefined ? code(text) : text
}

function flagCell({ path, option }) {
  const { kind, off, aliases = [] } = option
  if (!kind.read) return hasMembers(option) ? '' : 'code alone'
  const flag = flagOf(path)
  const isShort = (name) => name.length === 2
  const plain =
    kind.placeholder || typeof option.default === 'boolean'
      ? [...aliases.filter(isShort), flag, ...aliases.filter((name) => !isShort(name))]
      : []
  return [...plain, ...(off === undefined ? [] : [flag.replace('--', '--no-')])].map(code).join(', ')
}

/** Of a time, the least that it may be, as the option itself says it. */
function unitCell({ path, option: { kind } }) {
  if (kind.unit !== 'ms') return kind.unit ?? ''
  try {
    kind.check(path, NaN)
    throw new Error(`${path} takes what is no number`)
  } catch ({ message }) {
    const [, zero, least] = /(0, or )?whole milliseconds from (\d+)/.exec(message)
    return `ms, from ${least}${zero ? ', or 0' : ''}`
  }
}

const changes = { reload: 'applied', boot: 'applied', worker: 'applied', restart: 'restart' }

function table(head, rows) {
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}

/** A link to the section that has the name in its heading, if there is one. */
function linkTo(path, text) {
  const headings = [...text.matchAll(/^## (.*)$/gm)].map(([, heading]) => heading)
  const heading =
    headings.find((names) => names.split(', ').includes(path)) ??
    headings.find((names) => names === path.split('.')[0])
  const anchor = heading
    ?.toLowerCase()
    .replaceAll(/[^\w\s-]/g, '')
    .replaceAll(' ', '-')
  return anchor === undefined ? code(path) : `[${code(path)}](#${anchor})`
}

const shown = allOptions.filter(({ option }) => !hasMembers(option) || option.off !== undefined)

function docOf({ doc, off }) {
  return `${doc}.${off === undefined ? '' : ` \`false\`: ${off[0].toLowerCase()}${off.slice(1)}.`}`
}

const file = 'docs/reference/options.md'

/** By the word that begins the comments around them. */
const tables = {
  options: (text) =>
    table(
      ['Option', 'Default', 'What it is'],
      shown.map(({ path, option }) => [linkTo(path, text), defaultCell(option), docOf(option)]),
    ),
  flags: () =>
    table(
      ['Option', 'Unit', 'Flag', 'Variable', 'At a reload'],
      shown.map((named) => [
        code(named.path),
        unitCell(named),
        flagCell(named),
        named.option.kind.read ? code(variableOf(named.path)) : '',
        changes[named.option.change],
      ]),
    ),
}

/** Without the widths of columns, which the formatter chooses. */
const loose = (text) => text.replaceAll(/ {2,}/g, ' ').replaceAll(/-{3,}/g, '---')

const text = readFileSync(root + file, 'utf8')
const written = Object.entries(tables).reduce((before, [name, make]) => {
  const marked = new RegExp(`(<!-- ${name}: .* -->\\n)[^]*?(\\n?<!-- /${name} -->)`)
  if (!marked.test(before)) throw new Error(`${file} has no place for its table of ${name}`)
  return before.replace(marked, (_, begin, end) => `${begin}\n${make(text)}\n${end}`)
}, text)
if (loose(written) !== loose(text)) {
  if (process.argv.includes('--check')) {
    console.error(`${file}: a table is not what the options are. To write it anew: pnpm run docs`)
    process.exitCode = 1
  } else writeFileSync(root + file, written)
}
