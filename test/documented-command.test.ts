import assert from 'node:assert/strict'
import { it, type TestContext } from 'node:test'
import { runAll } from './snippets/run-all.ts'
import { allDocuments, readPage, rows, sorted } from './support/documents.ts'
import { Desk } from './support/desk.ts'

const page = 'operate/cli.md'

/** The help of each command, by its name. */
async function helpOfAll(t: TestContext): Promise<{ helps: Map<string, string>; exitCodes: string }> {
  const desk = new Desk(t)
  const [overview, exitCodes] = await runAll(desk, [['help'], ['help', 'exit-codes']])
  const named = [...overview!.stdout.matchAll(/^ {2}([a-z]+) (?=.* {2}|[<[])/gm)].map(([, name]) => name!)
  const names = named.filter((name) => name !== 'clustered')
  const answers = await runAll(
    desk,
    names.map((name) => ['help', name]),
  )
  const helps = new Map(names.map((name, index) => [name, answers[index]!.stdout]))
  return { helps, exitCodes: exitCodes!.stdout }
}

/** The flags in the lines of options. */
function flagsIn(help: string): string[] {
  const lines = help.match(/^ {2}-.*/gm) ?? []
  return lines.flatMap((line) => line.split(/ {2,}|<|\[/)[1]?.match(/--?[a-z][\w-]*/g) ?? [])
}

it('the documentation of the command has all of it, and no more', async (t) => {
  const { helps, exitCodes } = await helpOfAll(t)

  await t.test('every command', () => {
    const text = readPage(page)
    const headings = [...text.matchAll(/^## ([a-z, ]+)$/gm)].flatMap(([, names]) => names!.split(', '))
    const shown = [...text.matchAll(/clustered ([a-z]+)/g)].map(([, name]) => name!)
    for (const name of helps.keys())
      assert.ok(headings.includes(name) || shown.includes(name), `${page} has nothing of ${name}`)
    assert.deepEqual(
      headings.filter((name) => !helps.has(name)),
      [],
    )
  })

  await t.test('every flag', () => {
    const known = [...helps.values()].flatMap(flagsIn)
    const long = sorted(known).filter((flag) => flag.startsWith('--'))
    assert.ok(long.length > 60, `${long.length} flags`)
    const all = allDocuments()
      .map(({ text }) => text)
      .join('\n')
    assert.deepEqual(
      long.filter((flag) => !new RegExp(`${flag}(?![\\w-])`).test(all)),
      [],
    )
    const told = rows(page).flatMap(([first]) => first!.match(/(?<=`)--?[a-z][\w-]*/g) ?? [])
    assert.ok(told.length > 15)
    assert.deepEqual(
      told.filter((flag) => !known.includes(flag)),
      [],
    )
  })

  await t.test('the exit codes of health', () => {
    const [, own = ''] = /^health:\n([^]*?)(?:\n\n|$(?![^]))/m.exec(exitCodes) ?? []
    const [usual = ''] = exitCodes.split('\n\n')
    const codes = (text: string): string[] => [...text.matchAll(/^ +(\d) /gm)].map(([, code]) => code!)
    assert.ok(codes(own).length > 2)
    const [, table = ''] = /\| Exit code \|[^\n]*\n([^]*?)\n\n/.exec(readPage(page)) ?? []
    const told = [...table.matchAll(/^\| (\d) /gm)].map(([, code]) => code!)
    assert.deepEqual(sorted(told), sorted([...codes(own), ...codes(usual)]))
  })

  await t.test('every order of the list', () => {
    const orders = /By ([a-z, ]+):/.exec(helps.get('list')!.replaceAll(/\s+/g, ' '))![1]!.split(', ')
    const [, told] = rows(page).find(([first]) => first === '`--sort`')!
    assert.deepEqual(sorted(told!.match(/(?<=`)[a-z]+(?=`)/g) ?? []), sorted(orders))
  })
})
