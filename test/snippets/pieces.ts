import { readFileSync } from 'node:fs'
import path from 'node:path'
import type { Fence } from './fences.ts'
import { root } from './pages.ts'

/** A piece of code of a page as a file that can be compiled, and perhaps run. */
export interface Piece {
  fence: Fence
  /** The folder that it is in, with the others of its page and its framework. */
  folder: string
  /** What it calls itself in its first line, else its line in the page. */
  file: string
  /** With what it is given before its first line. */
  code: string
  /** What it uses and does not say where it has it from. */
  given: string[]
  /** Packages that are not here. */
  absent: string[]
}

const languages = ['js', 'ts', 'mjs', 'cjs']
const frameworks = ['express', 'koa', 'fastify', 'nest', 'hono', 'fetch']

export const givenFolder: string = path.join(root, 'test/snippets/given')

export function isCode({ language }: Fence): boolean {
  return languages.includes(language)
}

function sourceOf(name: string): string {
  return readFileSync(path.join(givenFolder, name), 'utf8')
}

/** What a module of `given` exports. */
function exportsOf(name: string): string[] {
  const declarations = sourceOf(`${name}.ts`).matchAll(
    /^export (?:(?:const|class|type|interface) )?(\{[^}]*\}|\w+)/gm,
  )
  return [...declarations].flatMap(([, names]) => names!.match(/\w+/g) ?? [])
}

/** What a package of ours exports that is no type. */
async function exportsOfPackage(name: string): Promise<string[]> {
  const all = Object.keys((await import(`@clustered/${name}`)) as object)
  return all.filter((exported) => !['default', 'module.exports'].includes(exported))
}

/** What a piece of code declares or imports, wherever that is. */
function declared(code: string): Set<string> {
  const names = [
    ...code.matchAll(/(?:^|[ (])(?:const|let|var|function\*?|class|using) (\{[^}]*\}|\w+)/gm),
    ...code.matchAll(/^import (.*?) from /gm),
    // Parameters.
    ...code.matchAll(/\(([\w ,{}:]*)\) (?:=>|\{)/g),
  ]
  return new Set(names.flatMap(([, list]) => list!.match(/\w+/g) ?? []))
}

/** Names that it uses: what stands in strings and comments, behind a dot or before a colon is none. */
function used(code: string): Set<string> {
  const bare = code.replaceAll(/\/\/.*|\/\*[^]*?\*\//g, '').replaceAll(/'[^'\n]*'/g, '')
  return new Set(bare.match(/(?<![\w.]|\.\.\.)\w+(?!\w|:)|(?<=\.\.\.)\w+/g) ?? [])
}

/** Whose app and names it is about. */
function frameworkOf({ page, text, note }: Fence): string {
  const [, imported] = /from '@clustered\/(\w+)'/.exec(text) ?? []
  const [, ofPage] = /^packages\/(\w+)\//.exec(page) ?? []
  return note.of ?? (imported !== 'core' ? imported : undefined) ?? ofPage ?? 'express'
}

/** Some blocks are several files, each of which begins with its name in a comment. */
function filesIn(text: string): { name: string | undefined; code: string }[] {
  const parts = text.split(/^(?=\/\/ [\w.-]+\.[mc]?[jt]s\b)/m)
  return parts.map((code) => ({ name: /^\/\/ ([\w.-]+\.[mc]?[jt]s)\b/.exec(code)?.[1], code }))
}

/** Every piece of code that is to be compiled. */
export async function piecesOf(fences: readonly Fence[]): Promise<Piece[]> {
  const pieces: Piece[] = []
  let before: Fence | undefined
  for (const fence of fences.filter((each) => isCode(each) && each.note.notRead === undefined)) {
    if (fence.note.continues && before?.page !== fence.page)
      throw new Error(`${fence.page}:${fence.line} continues nothing: no code is before it on its page.`)
    const text = fence.note.continues ? `${before!.text}\n${fence.text}` : fence.text
    before = { ...fence, text }
    for (const { name, code } of filesIn(text)) pieces.push(await toPiece(before, code, name))
  }
  return pieces
}

async function toPiece(fence: Fence, code: string, name: string | undefined): Promise<Piece> {
  const of = frameworkOf(fence)
  const isCommonJs = /\brequire\(|^module\.exports/m.test(code)
  const extension = isCommonJs ? 'cjs' : fence.language === 'ts' ? 'ts' : 'js'
  const folder = `${fence.page.replace(/\.md$/, '')}/${of}`
  const up = '../'.repeat(folder.split('/').length)
  const given = isCommonJs ? [] : await givenTo(code, of, up)
  const imports = given.map(({ from, names }) => `import { ${names.join(', ')} } from '${from}'; `).join('')
  // A value, on a page that shows what something returns.
  const isValue = code.startsWith('{')
  const modules = [...code.matchAll(/(?:from|import|require)[ (]'([^'.][^']*)'/g)].map(
    ([, module]) => module!,
  )
  return {
    fence,
    folder,
    file: name ?? `line-${fence.line}.${extension}`,
    // Two lines more than it has on its page.
    code: `${fence.note.notTyped === undefined ? '' : '// @ts-nocheck'}\n${isCommonJs ? '' : `${imports}export {};`}${isValue ? ' void (' : ''}\n${code}${isValue ? ')' : ''}`,
    given: given.flatMap(({ names }) => names),
    absent: modules.filter((module) => absentModules().includes(module)),
  }
}

export function absentModules(): string[] {
  return [...sourceOf('absent.d.ts').matchAll(/^declare module '(.*)'/gm)].map(([, name]) => name!)
}

async function givenTo(code: string, of: string, up: string): Promise<{ from: string; names: string[] }[]> {
  const [own, all] = [declared(code), used(code)]
  const wanted = (names: readonly string[]): string[] =>
    names.filter((name) => all.has(name) && !own.has(name))
  const app = frameworks.includes(of) ? of : 'express'
  return [
    // Whoever imports something of ours is to import all of it.
    {
      from: `@clustered/${of}`,
      names: of === 'cli' || /from '@clustered\//.test(code) ? [] : wanted(await exportsOfPackage(of)),
    },
    ...[app, 'common', 'cluster'].map((name) => ({
      from: `${up}given/${name}.js`,
      names: wanted(exportsOf(name)),
    })),
  ].filter(({ names }) => names.length > 0)
}
