/** A fenced block of a page, and what the comment before it says of it. */
export interface Fence {
  /** Seen from the root of the repository. */
  page: string
  /** Of its first line of text, from 1. */
  line: number
  /** Empty for what is no code: what a program writes, a drawing. */
  language: string
  text: string
  note: Note
}

/**
 * What a page says of its blocks in comments, which nobody sees who reads it:
 * `<!-- snippet: ... -->` right before a block, `<!-- snippets: ... -->` for all of a page.
 */
export interface Note {
  /** The package whose names it has without an import, and whose app is `app`; else that which it imports, or Express. */
  of: string | undefined
  /** It goes on where the block before it has ended. */
  continues: boolean
  /** It is run in a program of its own, as it ends or changes what it is in. */
  alone: boolean
  /** The same, in single mode. */
  single: boolean
  /** Why its types are not checked, and only its syntax is. */
  notTyped: string | undefined
  /** Why it is not run. */
  notRun: string | undefined
  /** Why it is not even compiled, or read. */
  notRead: string | undefined
}

const packages = ['core', 'express', 'koa', 'fastify', 'nest', 'hono', 'fetch', 'cli']

const fence = /^(?<indent> *)```(?<language>\S*).*\n(?<text>[^]*?)^ *```$/gm
const comment = /<!-- snippet: (.*) -->\s*$/

/** Every fenced block of a page, in its order. */
export function fencesOf(page: string, text: string): Fence[] {
  const [, ofAll = ''] = /^<!-- snippets: (.*) -->$/m.exec(text) ?? []
  return [...text.matchAll(fence)].map(({ index, groups }) => {
    const { indent = '', language = '', text: code = '' } = groups!
    const before = text.slice(0, index)
    const [, own = ''] = comment.exec(before) ?? []
    const line = before.split('\n').length + 1
    return {
      page,
      line,
      language,
      text: code.replaceAll(new RegExp(`^${indent}`, 'gm'), ''),
      note: read([ofAll, own].filter(Boolean).join('; '), `${page}:${line}`),
    }
  })
}

function read(text: string, where: string): Note {
  const note: Note = {
    of: undefined,
    continues: false,
    alone: false,
    single: false,
    notTyped: undefined,
    notRun: undefined,
    notRead: undefined,
  }
  for (const said of text.split('; ').filter(Boolean)) {
    const [, word, rest = ''] =
      /^(of|continues|alone|single|not typed:|not run:|not read:) ?(.*)$/.exec(said) ?? []
    if (word === 'of' && packages.includes(rest)) note.of = rest
    else if (word === 'continues' && rest === '') note.continues = true
    else if (word === 'alone' && rest === '') note.alone = true
    else if (word === 'single' && rest === '') note.single = true
    else if (word === 'not typed:' && rest !== '') note.notTyped = rest
    else if (word === 'not run:' && rest !== '') note.notRun = rest
    else if (word === 'not read:' && rest !== '') note.notRead = rest
    else
      throw new Error(
        `${where}: '${said}' says nothing of a block. Expected: of ${packages.join('|')}, continues, alone, single, ` +
          'not typed: WHY, not run: WHY, not read: WHY; several with semicolons.',
      )
  }
  return note
}
