// The pages by what people want to do. What nobody has put into a group is at the end, so that none is left out.
import { readFileSync } from 'node:fs'
import { addressOf, pages, root, titleOf } from './pages.js'

/** Each with what its files begin with. */
const groups = {
  'Get started': ['docs/get-started/', 'docs/frameworks.md'],
  Deploy: ['docs/deploy/'],
  Operate: ['docs/operate/'],
  Observe: ['docs/observe/'],
  'Long-lived connections': ['docs/long-lived/'],
  'Several processes': ['docs/several-processes/'],
  'Develop and test': ['docs/develop/'],
  'Coming from': ['docs/coming-from/'],
  'How it works': ['docs/how-it-works/'],
  Reference: ['docs/reference/'],
  'Limits and figures': ['docs/limits.md', 'docs/performance.md'],
  Examples: ['examples/'],
  Packages: ['packages/'],
  'Work on it': ['CONTRIBUTING.md', 'docs/architecture.md', 'CHANGELOG.md', 'SECURITY.md'],
}

const index = readFileSync(`${root}docs/index.md`, 'utf8')

/** In the order of the index, where a folder's own page comes first. */
function inOrder(files) {
  const place = (file) => {
    const found = index.indexOf(`(${file.replace(/^docs\//, '')}`)
    return /docs\/.*index\.md$/.test(file) ? -1 : found < 0 ? Infinity : found
  }
  return files.toSorted((a, b) => place(a) - place(b) || titleOf(a).localeCompare(titleOf(b)))
}

function itemOf(file) {
  return { text: titleOf(file), link: addressOf(file), file }
}

export function sidebar() {
  const groupOf = (file) =>
    Object.keys(groups).find((name) => groups[name].some((begin) => file.startsWith(begin))) ?? 'More'
  const files = inOrder(pages.filter((file) => file !== 'docs/index.md'))
  return [
    { ...itemOf('docs/index.md'), text: 'All pages' },
    ...[...Object.keys(groups), 'More']
      .map((text) => ({
        text,
        collapsed: true,
        items: files.filter((file) => groupOf(file) === text).map(itemOf),
      }))
      .filter(({ items }) => items.length > 0),
  ]
}
