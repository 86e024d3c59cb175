// The documents link to each other's files, as GitHub has it. On the site these are links to pages, or to the repository.
import path from 'node:path'
import { addressOf, pages, root, sourceOf, titleOf } from './pages.js'

function fileOf(target, from) {
  const [name] = target.split('#')
  return path.posix.join(path.posix.dirname(from), decodeURI(name)).replace(/\/$/, '')
}

function resolve(target, from) {
  if (/^[a-z][a-z+.-]*:|^#/i.test(target)) return target
  const file = fileOf(target, from)
  const page = addressOf(file)
  const [, anchor] = target.split('#')
  // The first page of the site has other headings than the README.
  if (page) return page + (anchor && page !== '/' ? `#${anchor}` : '')
  return sourceOf(file)
}

/** In what is HTML, images need a dot at the front to be taken along. */
function resolveHtml(html, from) {
  return html
    .replaceAll(/(\shref=")([^"]*)/g, (_, begin, target) => begin + resolve(target, from))
    .replaceAll(/(\s(?:src|srcset)=")(?![a-z]+:|[./])/g, '$1./')
}

/** Where the words of a link are the name of a file, they are the title of its page. */
function nameLink(words, target, from) {
  const page = pages.find((file) => file === fileOf(target, from))
  if (page && /^[\w/-]+\.md$/.test(words.content)) words.content = titleOf(page)
}

export function resolveLinks(markdown) {
  markdown.core.ruler.push('resolve-links', ({ tokens, env }) => {
    const from = path.relative(root, env.realPath ?? env.path)
    // What is the site's own has the addresses of the site already.
    if (from.startsWith('site/')) return
    const each = tokens.flatMap((block) => [block, ...(block.children ?? [])])
    each.forEach((token, index) => {
      const target = token.type === 'link_open' && token.attrGet('href')
      if (target) {
        nameLink(each[index + 1], target, from)
        token.attrSet('href', resolve(target, from))
      }
      if (token.type.startsWith('html')) token.content = resolveHtml(token.content, from)
    })
  })
}
