// Ends with 1 if a link or an image of a Markdown file of this repository leads to a file, or to a heading, that is not there.
import path from 'node:path'
import { files, readMarkdown } from './markdown.js'

const pages = new Map(
  // The pages of the site that are no part of the documents lead to addresses: the site's build looks at those.
  files
    .filter((file) => file.endsWith('.md') && !file.startsWith('site/'))
    .map((file) => [file, readMarkdown(file)]),
)
const folders = new Set(files.map((file) => path.dirname(file)))
const isElsewhere = (target) => /^[a-z][a-z+.-]*:/i.test(target)

function faultsOf(from, target) {
  if (isElsewhere(target)) return []
  const [name, anchor] = decodeURI(target).split('#')
  const file = name ? path.normalize(path.join(path.dirname(from), name)).replace(/\/$/, '') : from
  if (!files.includes(file) && !folders.has(file)) return [`there is no ${file}`]
  const isThere = anchor === undefined || pages.get(file)?.anchors.has(anchor)
  return isThere ? [] : [`${file} has no heading for #${anchor}`]
}

for (const [from, { links }] of pages)
  for (const { target, line } of links)
    for (const fault of faultsOf(from, target)) {
      console.error(`${from}:${line}: ${target}: ${fault}`)
      process.exitCode = 1
    }
