import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, readFileSync, realpathSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { temporaryFolder } from './support/temporary-folder.ts'

const workspace = fileURLToPath(new URL('../../', import.meta.url))
const tsc = path.join(workspace, 'node_modules/typescript/bin/tsc')

/** By the names of their adapters: what makes an app, what imports that, and what a project depends on for it. */
const frameworks: Record<string, { make: string; imports: string; dependencies: string[]; sheds?: true }> = {
  express: {
    make: 'express()',
    imports: "import express from 'express'",
    dependencies: ['express', '@types/express'],
    sheds: true,
  },
  fastify: {
    make: 'Fastify()',
    imports: "import Fastify from 'fastify'",
    dependencies: ['fastify'],
    sheds: true,
  },
  koa: {
    make: 'new Koa()',
    imports: "import Koa from 'koa'",
    dependencies: ['koa', '@types/koa'],
    sheds: true,
  },
  nest: {
    make: '({} as INestApplication)',
    imports: "import type { INestApplication } from '@nestjs/common'",
    dependencies: ['@nestjs/common', '@nestjs/core', 'reflect-metadata', 'rxjs'],
    sheds: true,
  },
  hono: {
    make: 'new Hono()',
    imports: "import { Hono } from 'hono'",
    dependencies: ['hono', '@hono/node-server'],
    sheds: true,
  },
  fetch: {
    make: '({ fetch: (_request: Request) => new Response() })',
    imports: '',
    dependencies: [],
    sheds: true,
  },
}

/** The types of core's public face. */
function typesOfCore(): string[] {
  const declarations = readFileSync(path.join(workspace, 'packages/core/dist/index.d.ts'), 'utf8')
  return [...declarations.matchAll(/^export (type )?\{([^}]+)\}/gm)].flatMap(([, areTypes, names]) =>
    names!
      .split(',')
      .map((name) => name.trim())
      .filter((name) => name && (areTypes || name.startsWith('type ')))
      .map((name) => name.replace('type ', '')),
  )
}

/** As pnpm installs them: a project finds what it depends on, and nothing that this depends on. */
function makeProject(): string {
  const project = temporaryFolder()
  const own = path.join(project, 'node_modules')
  const home = (name: string): string => path.join(own, `.pnpm/@clustered+${name}@0.1.0/node_modules`)
  const install = (name: string, into: string): void => {
    mkdirSync(path.dirname(path.join(into, name)), { recursive: true })
    symlinkSync(realpathSync(path.join(workspace, 'node_modules', name)), path.join(into, name))
  }
  for (const name of ['core', ...Object.keys(frameworks)]) {
    const installed = path.join(home(name), '@clustered', name)
    for (const part of ['package.json', 'dist'])
      cpSync(path.join(workspace, 'packages', name, part), path.join(installed, part), { recursive: true })
    if (name === 'core') continue
    symlinkSync(path.join(home('core'), '@clustered/core'), path.join(home(name), '@clustered/core'))
    mkdirSync(path.join(own, '@clustered'), { recursive: true })
    symlinkSync(installed, path.join(own, '@clustered', name))
    for (const dependency of frameworks[name]!.dependencies) install(dependency, own)
  }
  install('@types/node', own)
  writeFileSync(path.join(project, 'package.json'), '{ "type": "module" }')
  return project
}

/** Everything of the public face that an app may export without naming its type. */
const source = (name: string): string => {
  const { make, imports, sheds } = frameworks[name]!
  return `
import http from 'node:http'
${imports}
import * as all from '@clustered/${name}'
import { clustered, hold } from '@clustered/${name}'

export const { app, listen } = clustered(${make})
export const wrapped = clustered(http.createServer(), { onServer: (server) => server.setTimeout(1000) })
export const factory = clustered(async () => ${make}, { server: { keepAliveTimeout: 65_000 } })
export const cluster = listen(8000)
export const { workers, state, ready, address, reload, close, balance } = cluster
export const vitals = cluster.workers[0]?.vitals
export const lostLog = vitals?.lostLog
export const on = cluster.on.bind(cluster)
export const onExit = (...args: Parameters<typeof listen>) => listen(...args).once('worker:exit', () => {})
export const exited = new Promise((resolve) => cluster.once('worker:exit', (worker, exit) => resolve({ worker, exit })))
export const exits = () => { const seen: Parameters<Parameters<typeof cluster.on<'worker:exit'>>[1]>[] = []; return seen }
export const options = () => { const given: NonNullable<Parameters<typeof clustered>[1]> = {}; return given }
export const parts = () => { const { server, reload, logger, onReady } = options(); return { server, reload, logger, onReady } }
${sheds ? 'export const middleware = all.shed({ maxInFlight: 100 })' : ''}
export const mistake = (error: unknown) => error instanceof all.ClusteredError ? { error, code: error.code } : undefined
export const held = hold(Promise.resolve(1))
export async function serve() {
  await using closing = clustered(${make}).listen({ port: 0, signal: AbortSignal.timeout(1000) })
  return closing.listening
}
`
}

/** Each type of core by the name of the adapter, as a project needs it that depends on nothing else. */
const types = (name: string): string =>
  `export type { ${typesOfCore().join(', ')} } from '@clustered/${name}'\n`

describe('a project that has the adapters only, under pnpm', () => {
  it('gets declarations of whatever it exports', () => {
    const project = makeProject()
    assert.ok(typesOfCore().length > 50)
    const files = Object.keys(frameworks).flatMap((name) => {
      const written = { [`${name}.ts`]: source(name), [`${name}-types.ts`]: types(name) }
      for (const [file, text] of Object.entries(written)) writeFileSync(path.join(project, file), text)
      return Object.keys(written)
    })
    const flags =
      '--declaration --module nodenext --target es2022 --strict --skipLibCheck false --types node --outDir out'
    const { status, stdout } = spawnSync(process.execPath, [tsc, ...flags.split(' '), ...files], {
      cwd: project,
      encoding: 'utf8',
    })
    assert.equal(status, 0, stdout)
  })
})
