import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, realpathSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, describe, it } from 'node:test'
import { pathToFileURL } from 'node:url'
import { Names } from './names.ts'

const root = realpathSync(mkdtempSync(path.join(tmpdir(), 'clustered names ')))
after(() => rmSync(root, { recursive: true }))

function at(...parts: string[]): string {
  return path.join(root, ...parts)
}

function write(...files: string[]): void {
  for (const file of files) {
    mkdirSync(path.dirname(at(file)), { recursive: true })
    writeFileSync(at(file), '')
  }
}

function link(name: string, to: string): void {
  mkdirSync(path.dirname(at(name)), { recursive: true })
  symlinkSync(to, at('next'))
  renameSync(at('next'), at(name))
}

for (const version of ['1', '2'])
  write(`releases/${version}/dist/server.js`, `releases/${version}/node_modules/tsx/loader.mjs`, `shared/log`)
write('releases/1/only-here.js')

describe('names', () => {
  const cases: Record<string, { links: [string, string][]; given: string; place: string; name: string }> = {
    'a folder': { links: [], given: 'current', place: '', name: 'current' },
    'a folder below': { links: [], given: 'current/dist', place: 'dist', name: 'current/dist' },
    'beside the folder that was given': {
      links: [],
      given: 'current/dist',
      place: 'node_modules',
      name: 'current/node_modules',
    },
    'by the name of a file': {
      links: [],
      given: 'current/dist/server.js',
      place: 'node_modules',
      name: 'current/node_modules',
    },
    'through two symlinks': {
      links: [['stable', 'current']],
      given: 'stable',
      place: 'dist',
      name: 'stable/dist',
    },
    'below a symlink': {
      links: [['home', '.']],
      given: 'home/current',
      place: 'dist',
      name: 'home/current/dist',
    },
  }
  for (const [what, { links, given, place, name }] of Object.entries(cases))
    it(`are found again, and lead to the new release: ${what}`, () => {
      link('current', 'releases/1')
      for (const each of links) link(...each)
      const names = new Names([at(given)])
      const physical = at('releases/1', place)
      assert.equal(names.nameOf(physical), at(name))
      assert.equal(names.find(physical), physical)
      link('current', 'releases/2')
      assert.equal(names.nameOf(physical), at(name))
      assert.equal(names.find(physical), at('releases/2', place))
      assert.equal(names.find(at('releases/1/only-here.js')), undefined)
      if (what !== 'below a symlink') assert.equal(names.find(at('shared/log')), undefined)
    })

  for (const [name, ofFirst, ofSecond] of [
    ['www', 'releases/1/dist/server.js', 'releases/2/dist/server.js'],
    ['api', 'releases/1/dist', 'releases/2/dist'],
  ] as const)
    it(`that lead to the inside of a release tell where the rest of it has gone: ${ofFirst}`, () => {
      link(name, ofFirst)
      const names = new Names([at(name)])
      link(name, ofSecond)
      assert.equal(names.find(at('releases/1/node_modules/tsx')), at('releases/2/node_modules/tsx'))
    })

  it('are found in an argument, as a path and as a URL', () => {
    link('current', 'releases/1')
    const names = new Names([at('current')])
    link('current', 'releases/2')
    const [first, second] = ['1', '2'].map((version) =>
      at('releases', version, 'node_modules/tsx/loader.mjs'),
    ) as [string, string]
    for (const argument of [
      (file: string) => file,
      (file: string) => `--import=${pathToFileURL(file).href}`,
      (file: string) => `--require=${file}`,
    ])
      assert.equal(names.inArgument(argument(first)), argument(second))
    for (const same of [at('releases/1/only-here.js'), at('shared/log'), '--import=tsx', `--title=x${first}`])
      assert.equal(names.inArgument(same), same)
  })
})
