import assert from 'node:assert/strict'
import { it } from 'node:test'
import { allFences } from './snippets/pages.ts'
import { kindOf } from './snippets/ways.ts'
import { sources } from './support/documents.ts'

/** What stands in the source as it is written: three words and more, without figures, names and the errors of an app. */
function phrasesOf(line: string): string[] {
  const own = line
    .replace(/^\[clustered\] (?:error: |warning: )?/, '')
    .replaceAll(/\b[A-Z]\w*Error: [^.]*|\bError: .*?(?=\. It serves|\. Serving|$)/g, ' | ')
    // Node's own.
    .replace(/\w+ E[A-Z]+: [^:]*/, ' | ')
    .replaceAll(/(?<=^|\s)\/\S+|\(node .*?\)/g, ' | ')
  return own
    .split(/[^A-Za-z' ]+(?: and )?/)
    .map((text) => text.trim())
    .filter((text) => text.split(/ +/).length >= 3)
}

/** Any of the words may be one that is put in. */
function isIn(source: string, phrase: string): boolean {
  if (source.includes(phrase)) return true
  const words = phrase.split(/ +/)
  return words.some((_, index) =>
    source.includes([...words.slice(0, index), put, ...words.slice(index + 1)].join(' ')),
  )
}

/** Stands for what is put in. */
const put = '\u0000'

it("lines of Clustered's own log in the documents are such as it writes", (t) => {
  // A line in the source may be broken, or begin within quotes.
  const all = sources()
    .join('\n')
    .replaceAll(/['`"] \+\s*['`"]/g, '')
    .replaceAll(/\$\{[^{}]*\}/g, put)
    .replaceAll(/\s+/g, ' ')
  const lines = allFences()
    .filter((fence) => ['output', 'commands'].includes(kindOf(fence)!))
    .flatMap(({ page, line, text }) =>
      text
        .split('\n')
        .flatMap((each, index) =>
          each.startsWith('[clustered]') ? [{ where: `${page}:${line + index}`, text: each }] : [],
        ),
    )
  assert.ok(lines.length > 50, `${lines.length} lines`)
  const phrases = lines.flatMap(({ where, text }) => phrasesOf(text).map((phrase) => ({ where, phrase })))
  const wrong = phrases
    .filter(({ phrase }) => !isIn(all, phrase))
    .map(({ where, phrase }) => `${where}: ${phrase}`)
  assert.deepEqual(wrong, [])
  t.diagnostic(`${lines.length} lines, with ${phrases.length} phrases`)
})
