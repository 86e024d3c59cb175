// Writes the tables of options, in docs/reference/options.md and README.md, from the one table in packages/core/src/options.
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
  const plain =
    kind.placeholder || typeof option.default === 'boolean'
      ? [...aliases.filter((name) => name.length === 2), flag]
      : []
  return [...plain, ...(off === undefined ? [] : [flag.replace('--', '--no-')])].map(code).join(', ')
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

const documents = {
  'docs/reference/options.md': (text) =>
    table(
      ['Option', 'Default', 'Unit', 'Flag', 'Variable', 'At a reload'],
      shown.map((named) => [
        linkTo(named.path, text),
        defaultCell(named.option),
        named.option.kind.unit ?? '',
        flagCell(named),
        named.option.kind.read ? code(variableOf(named.path)) : '',
        changes[named.option.change],
      ]),
    ),
  'README.md': () =>
    table(
      ['Option', 'Default', ''],
      shown.map(({ path, option }) => [
        code(path),
        defaultCell(option),
        `${option.doc}.${option.off === undefined ? '' : ` \`false\`: ${option.off[0].toLowerCase()}${option.off.slice(1)}.`}`,
      ]),
    ),
}

const marked = /(<!-- options: .* -->\n)[^]*?(\n<!-- \/options -->)/

/** Without the widths of columns, which the formatter chooses. */
const loose = (text) => text.replaceAll(/ {2,}/g, ' ').replaceAll(/-{3,}/g, '---')

for (const [name, make] of Object.entries(documents)) {
  const text = readFileSync(root + name, 'utf8')
  if (!marked.test(text)) continue
  const written = text.replace(marked, (_, begin, end) => `${begin}\n${make(text)}\n${end}`)
  if (loose(written) === loose(text)) continue
  if (process.argv.includes('--check')) {
    console.error(
      `${name}: its table of options is not what the options are. To write it anew: pnpm run docs`,
    )
    process.exitCode = 1
  } else writeFileSync(root + name, written)
}
