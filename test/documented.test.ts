import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../../', import.meta.url))

function sources(): string[] {
  return readdirSync(path.join(root, 'packages')).flatMap((name) => {
    const folder = path.join(root, 'packages', name, 'src')
    return readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
      .map((file) => readFileSync(path.join(folder, file), 'utf8'))
  })
}

/** The cells of each row whose first one is code. */
function rows(page: string): string[][] {
  return readFileSync(path.join(root, 'docs', page), 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    )
}

function sorted(words: Iterable<string>): string[] {
  return [...new Set(words)].toSorted()
}

describe('the documentation', () => {
  it('has every error code once, with cause and remedy, and no other', () => {
    const made = sources().flatMap((text) => text.match(/\bERR_CLUSTERED_[A-Z_]+[A-Z]\b/g) ?? [])
    const errors = rows('reference/errors.md')
    const told = errors.map(([code]) => code!.replaceAll('`', ''))
    assert.deepEqual(sorted(told), sorted(made))
    assert.equal(told.length, new Set(told).size, 'none stands there twice')
    for (const [code, cause, remedy] of errors) assert.ok(cause && remedy, `${code} has a cause and a remedy`)
  })

  it('has every diagnostics channel with its message, and no other', () => {
    const source = readFileSync(path.join(root, 'packages/core/src/diagnostics.ts'), 'utf8')
    const made = [...source.matchAll(/^  '(clustered:[a-z:]+)': \{ (.*) \}$/gm)].map(([, name, message]) => [
      name,
      [...message!.matchAll(/(\w+):/g)].map(([, part]) => part).join(', '),
    ])
    const told = rows('observe/diagnostics.md').map(([name, message]) =>
      [name, message].map((cell) => cell!.replaceAll(/[`{}]/g, '').trim()),
    )
    assert.deepEqual(told, made)
  })

  it("has every event of the primary's own lines, and no other", () => {
    const source = readFileSync(path.join(root, 'packages/core/src/log.ts'), 'utf8')
    const [, list = ''] = /type LogEvent =([^]*?)\n\n/.exec(source) ?? []
    const told = rows('operate/logs.md').flatMap(([names]) => names!.match(/(?<=`)[a-z][a-z:-]+(?=`)/g) ?? [])
    assert.deepEqual(
      sorted(told.filter((name) => name !== 'event')),
      sorted(list.match(/[a-z][a-z:-]+/g) ?? []),
    )
  })
})
