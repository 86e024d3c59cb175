// Ends with 1 if a page of docs/ does not begin with a title and a paragraph that says what it answers, or if docs/index.md
// does not lead to it.
import path from 'node:path'
import { files, readMarkdown } from './markdown.js'

const index = 'docs/index.md'
const listed = new Set(
  readMarkdown(index).links.map(({ target }) => path.normalize(`docs/${target.replace(/#.*/, '')}`)),
)

function faultsOf(file) {
  const { title, begin = '' } = readMarkdown(file)
  return [
    !title && 'it does not begin with a title',
    begin.length < 40 && 'right under its title there is no sentence that says what it answers',
    !listed.has(file) && file !== index && `${index} does not lead to it`,
  ].filter(Boolean)
}

for (const file of files.filter((name) => /^docs\/.*\.md$/.test(name)))
  for (const fault of faultsOf(file)) {
    console.error(`${file}: ${fault}`)
    process.exitCode = 1
  }
