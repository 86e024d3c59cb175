// Which Markdown files are pages of the site. A page's address is its file's in the repository.
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

export const root = fileURLToPath(new URL('../..', import.meta.url))

function readmesIn(folder) {
  return readdirSync(root + folder)
    .map((name) => `${folder}/${name}/README.md`)
    .filter((file) => existsSync(root + file))
}

export const pages = [
  ...readdirSync(`${root}docs`, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`)
    .toSorted(),
  ...readmesIn('examples'),
  ...readmesIn('packages'),
  'CONTRIBUTING.md',
  'CHANGELOG.md',
  'SECURITY.md',
]

/** Without this, other Markdown would be pages as well. */
export const noPages = ['README.md', 'test/**', 'bench/**', 'scripts/**']

/** The file that VitePress is to take a page for. */
export function rewrite(file) {
  return file === 'site/index.md' ? 'index.md' : file.replace(/README\.md$/, 'index.md')
}

/** Of what the first screen of the repository says, the site has more than one page: its own first is the nearest. */
export function addressOf(file) {
  if (file === 'README.md') return '/'
  const page = [file, `${file}/README.md`, `${file}/index.md`].find((name) => pages.includes(name))
  return page && `/${rewrite(page).replace(/(index)?\.md$/, '')}`
}

export function titleOf(file) {
  const [, title] = /^# (.*)$/m.exec(readFileSync(root + file, 'utf8')) ?? []
  if (!title) throw new Error(`${file} has no title`)
  return title.replaceAll('`', '')
}

const { repository: told } = JSON.parse(readFileSync(`${root}package.json`, 'utf8'))
export const repository = told.url.replace(/^git\+|\.git$/g, '')

/** The address in the repository of a file or folder that is no page. */
export function sourceOf(file) {
  const kind = statSync(root + file).isDirectory() ? 'tree' : 'blob'
  return `${repository}/${kind}/main/${file}`
}
