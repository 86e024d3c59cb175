import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import path from 'node:path'
import { describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { parseAllDocuments } from 'yaml'
import { allFences, pages } from './snippets/pages.ts'
import { absentModules, piecesOf } from './snippets/pieces.ts'
import { compile, writeProject } from './snippets/project.ts'
import { kindOf } from './snippets/ways.ts'
import { temporaryFolder } from './support/temporary-folder.ts'

const fences = allFences()

function of(language: string): typeof fences {
  return fences.filter((fence) => fence.language === language && fence.note.notRead === undefined)
}

// See CONTRIBUTING.md, "Snippets". What is run of it is in snippets.long.ts, commands are in commands.test.ts.
describe('blocks in the documents', () => {
  it('are of a language for which there is a check', (t) => {
    const unknown = fences.filter((fence) => kindOf(fence) === undefined)
    assert.deepEqual(
      unknown.map(({ page, line, language }) => `${page}:${line}: ${language}`),
      [],
    )
    const kinds = fences.map(kindOf)
    const counts = [...new Set(kinds)].map(
      (kind) => `${kinds.filter((each) => each === kind).length} of ${kind}`,
    )
    t.diagnostic(`${fences.length} blocks: ${counts.join(', ')}`)
    for (const { page, line, note } of fences)
      if (note.notRead !== undefined) t.diagnostic(`not read: ${page}:${line}: ${note.notRead}`)
  })

  it('stand between fences, and are not indented: those could be anything', () => {
    const indented = [...pages()].flatMap(([page, text]) => {
      const bare = text.replaceAll(/^( *)```[^]*?^\1```$/gm, (block) => block.replaceAll(/.+/g, '-'))
      return bare
        .split('\n')
        .flatMap((line, index, lines) =>
          /^ {4}\S/.test(line) && lines[index - 1] === '' && /^[^\s*-]/.test(lines[index - 2] ?? '')
            ? [`${page}:${index + 1}`]
            : [],
        )
    })
    assert.deepEqual(indented, [])
  })

  it('are JSON and YAML, where they say so', () => {
    for (const { page, line, text } of of('json'))
      assert.doesNotThrow(() => JSON.parse(text), `${page}:${line}`)
    for (const { page, line, text } of of('yaml'))
      for (const { errors } of parseAllDocuments(text)) assert.deepEqual(errors, [], `${page}:${line}`)
  })

  it('are code that TypeScript has nothing against', async (t) => {
    const folder = temporaryFolder(fileURLToPath(new URL('snippets', import.meta.url)))
    const pieces = await piecesOf(fences)
    writeProject(folder, pieces)
    const complaints = await compile(folder, pieces)
    assert.deepEqual(complaints, [], complaints.join('\n'))
    const given = pieces.filter((piece) => piece.given.length > 0).length
    t.diagnostic(`${pieces.length} pieces of code, of which ${given} are given something`)
    for (const { fence } of pieces)
      if (fence.note.notTyped !== undefined)
        t.diagnostic(`without types: ${fence.page}:${fence.line}: ${fence.note.notTyped}`)

    const needed = new Set(pieces.flatMap(({ absent }) => absent))
    assert.deepEqual(
      absentModules().filter((name) => !needed.has(name)),
      [],
      'nothing is declared in absent.d.ts that no piece needs',
    )
    const { resolve } = createRequire(path.join(folder, 'package.json'))
    for (const name of absentModules().filter((each) => !each.startsWith('node:')))
      assert.throws(
        () => resolve(name),
        { code: 'MODULE_NOT_FOUND' },
        `${name} is here, and no longer absent`,
      )
  })
})
