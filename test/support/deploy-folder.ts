import { cpSync, mkdirSync, realpathSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { temporaryFolder } from './temporary-folder.ts'

const packages = fileURLToPath(new URL('../../../packages/', import.meta.url))

/** What each package of ours needs of others. */
const others = {
  core: ['http-terminator'],
  cli: [
    '@babel/parser',
    'args-tokenizer',
    'cac',
    'chokidar',
    'cli-table3',
    'croner',
    'dayjs',
    'picocolors',
    'picomatch',
  ],
  express: [],
}

/** How a package manager lays out `node_modules`. */
export type Layout = 'flat' | 'strict'

/** `releases/1`, `releases/2`, ... each with its own `node_modules`, and the symlink `current` to one of them. */
export class DeployFolder {
  readonly root: string = temporaryFolder()
  readonly current: string = path.join(this.root, 'current')

  /** Writes a release with these files, and moves `current` to it. @returns its folder. */
  deploy(version: string, files: Record<string, string>, layout: Layout = 'flat'): string {
    const folder = path.join(this.root, 'releases', version)
    for (const [name, text] of Object.entries(files)) write(path.join(folder, name), text)
    if (layout === 'flat') flat(folder)
    else strict(folder, version)
    this.moveTo(folder)
    return folder
  }

  moveTo(folder: string): void {
    const next = path.join(this.root, 'next')
    symlinkSync(path.relative(this.root, folder), next)
    renameSync(next, this.current)
  }
}

export function remove(folder: string): void {
  rmSync(folder, { recursive: true, maxRetries: 5 })
}

function write(file: string, text: string): void {
  mkdirSync(path.dirname(file), { recursive: true })
  if (text.startsWith('-> ')) symlinkSync(text.slice(3), file)
  else writeFileSync(file, text)
}

/** As npm does it. */
function flat(folder: string): void {
  const modules = path.join(folder, 'node_modules')
  copy('core', path.join(modules, '@clustered/core'), modules)
  copy('cli', path.join(modules, '@clustered/cli'), modules)
  write(path.join(modules, '.bin/clustered'), '-> ../@clustered/cli/dist/main.js')
}

/** As pnpm does it: an adapter, and `@clustered/core` where only that finds it, by another path in each version. */
function strict(folder: string, version: string): void {
  const store = path.join(folder, 'node_modules/.pnpm')
  const core = path.join(store, `@clustered+core@${version}/node_modules`)
  const express = path.join(store, `@clustered+express@${version}/node_modules`)
  copy('core', path.join(core, '@clustered/core'), core)
  copy('express', path.join(express, '@clustered/express'), express)
  write(path.join(express, '@clustered/core'), `-> ${path.join(core, '@clustered/core')}`)
  write(
    path.join(folder, 'node_modules/@clustered/express'),
    `-> ${path.join(express, '@clustered/express')}`,
  )
}

function copy(name: keyof typeof others, to: string, modules: string): void {
  const from = path.join(packages, name)
  for (const part of ['package.json', name === 'core' ? 'lib' : 'dist'])
    cpSync(path.join(from, part), path.join(to, part), {
      recursive: true,
      filter: (file) => !/\.(d\.ts|tsbuildinfo)$|\.test\.|[\\/]model/.test(file),
    })
  for (const other of others[name])
    write(path.join(modules, other), `-> ${realpathSync(path.join(from, 'node_modules', other))}`)
}

/** An app that knows nothing of Clustered and answers with what this expression is in it. */
export function plainServer(answer: string): string {
  return `require('http').createServer((request, response) => response.end(${answer})).listen(process.env.PORT ?? 0)`
}
