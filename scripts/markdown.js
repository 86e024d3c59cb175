// What the checks of the documents know of a Markdown file, as GitHub shows it.
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import GithubSlugger from 'github-slugger'
import MarkdownIt from 'markdown-it'

export const root = fileURLToPath(new URL('..', import.meta.url))

const markdown = new MarkdownIt({ html: true })

/** The repository's files, with those that nobody has added yet, and without those that git ignores. */
export const files = execFileSync('git', ['ls-files', '-z', '-co', '--exclude-standard'], {
  cwd: root,
  encoding: 'utf8',
})
  .split('\0')
  .filter(Boolean)

function textOf(inline) {
  return inline.children
    .map(({ type, content }) =>
      type === 'softbreak' ? ' ' : ['text', 'code_inline'].includes(type) ? content : '',
    )
    .join('')
}

const inHtml = (html, attribute) =>
  [...html.matchAll(new RegExp(`\\s(?:${attribute})="([^"]*)"`, 'g'))].map(([, value]) => value)

/** Where each link and image of it leads to, with the line of its block. */
function linksOf(tokens) {
  const links = []
  let line = 1
  const look = (token) => {
    if (token.map) line = token.map[0] + 1
    const targets = token.type.startsWith('html')
      ? inHtml(token.content, 'href|src|srcset').map((target) => target.split(' ')[0])
      : [token.attrGet('href') ?? token.attrGet('src')]
    for (const target of targets.filter(Boolean)) links.push({ target, line })
    token.children?.forEach(look)
  }
  tokens.forEach(look)
  return links
}

function anchorsOf(tokens) {
  const slugger = new GithubSlugger()
  const anchors = new Set()
  const look = (token) => {
    if (token.type.startsWith('html')) for (const name of inHtml(token.content, 'id|name')) anchors.add(name)
    token.children?.forEach(look)
  }
  tokens.forEach((token, index) => {
    if (token.type === 'heading_open') anchors.add(slugger.slug(textOf(tokens[index + 1])))
    look(token)
  })
  return anchors
}

/** @param file relative to the root */
export function readMarkdown(file) {
  const tokens = markdown.parse(readFileSync(root + file, 'utf8'), {})
  const [heading, title, , paragraph, begin] = tokens
  return {
    title: heading?.tag === 'h1' ? textOf(title) : undefined,
    /** The text right under the title, if that is what stands there. */
    begin: paragraph?.type === 'paragraph_open' ? textOf(begin) : undefined,
    links: linksOf(tokens),
    anchors: anchorsOf(tokens),
  }
}
