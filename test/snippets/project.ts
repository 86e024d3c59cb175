import { execFile } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { promisify } from 'node:util'
import { root } from './pages.ts'
import { givenFolder, type Piece } from './pieces.ts'

/** As the frameworks' own projects have it, and strict for TypeScript alone: JavaScript names no types. */
const options = {
  allowJs: true,
  declaration: false,
  emitDecoratorMetadata: true,
  esModuleInterop: true,
  experimentalDecorators: true,
  lib: ['es2023', 'esnext.disposable', 'dom', 'dom.asynciterable'],
  module: 'nodenext',
  noEmitOnError: false,
  outDir: 'out',
  rootDir: 'src',
  skipLibCheck: true,
  target: 'es2023',
  types: ['node'],
}

/** What a piece may import beside it that no page has: the app. */
const beside: Record<string, string> = {
  'app.js': "export { app, app as default } from '%given.js'",
  'app.module.ts': "export { AppModule } from '%given'",
}

/** Writes the pieces into `folder`, with what they are given: a project of JavaScript, and one of TypeScript. */
export function writeProject(folder: string, pieces: readonly Piece[]): void {
  const write = (name: string, text: string): void => {
    const file = path.join(folder, name)
    mkdirSync(path.dirname(file), { recursive: true })
    writeFileSync(file, text)
  }
  const types = (name: string): string => JSON.stringify({ type: name })
  write('package.json', types('module'))
  const certificate = path.join(root, 'test/fixtures/certificate.js')
  for (const name of readdirSync(givenFolder)) {
    const text = readFileSync(path.join(givenFolder, name), 'utf8')
    write(`src/given/${name}`, text.replace('../../fixtures/', './'))
  }
  write('src/given/certificate.js', readFileSync(certificate, 'utf8'))
  for (const { folder: own, file, code } of pieces) write(`src/${own}/${file}`, code)
  for (const own of new Set(pieces.map((piece) => piece.folder))) {
    const of = path.basename(own)
    const given = `${'../'.repeat(own.split('/').length)}given/${of}`
    for (const [name, text] of Object.entries(beside))
      if (isMissing(name, own, pieces)) write(`src/${own}/${name}`, text.replace('%given', given))
    // As Nest's own projects are.
    if (of === 'nest')
      for (const where of ['src', 'out']) write(`${where}/${own}/package.json`, types('commonjs'))
  }
  // Nothing in the workspace depends on it.
  mkdirSync(path.join(folder, 'node_modules/@clustered'), { recursive: true })
  symlinkSync(path.join(root, 'packages/cli'), path.join(folder, 'node_modules/@clustered/cli'))
  const files = ['src/given/absent.d.ts']
  write(
    'js.json',
    JSON.stringify({
      compilerOptions: { ...options, checkJs: true, strict: false },
      files,
      include: ['src/**/*.js', 'src/**/*.cjs', 'src/**/*.mjs'],
    }),
  )
  write(
    'ts.json',
    JSON.stringify({ compilerOptions: { ...options, strict: true }, files, include: ['src/**/*.ts'] }),
  )
}

/** Whether a piece of the folder imports it, and none is it. */
function isMissing(name: string, folder: string, pieces: readonly Piece[]): boolean {
  const here = pieces.filter((piece) => piece.folder === folder)
  const imported = `'./${name.replace(/\.ts$/, '')}'`
  return here.some(({ code }) => code.includes(imported)) && !here.some(({ file }) => file === name)
}

const tsc = path.join(root, 'node_modules/typescript/bin/tsc')

/** Compiles both projects. @returns what the compiler has against them, each with its page and line. */
export async function compile(folder: string, pieces: readonly Piece[]): Promise<string[]> {
  const outputs = await Promise.all(
    ['js.json', 'ts.json'].map((project) => outputOf([tsc, '-p', project], folder)),
  )
  const lines = outputs.flatMap((output) => output.split('\n'))
  return lines.filter((line) => /\berror TS/.test(line)).map((line) => onPage(line, pieces))
}

async function outputOf(args: string[], cwd: string): Promise<string> {
  try {
    return (await promisify(execFile)(process.execPath, args, { cwd })).stdout
  } catch (error) {
    return (error as { stdout: string }).stdout
  }
}

function onPage(line: string, pieces: readonly Piece[]): string {
  const [, file, at, rest] = /^src\/(\S+)\((\d+),\d+\): (.*)$/.exec(line) ?? []
  const piece = pieces.find((each) => `${each.folder}/${each.file}` === file)
  return piece ? `${piece.fence.page}:${piece.fence.line + Number(at) - 3}: ${rest}` : line
}
