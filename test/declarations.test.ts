import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'

const workspace = fileURLToPath(new URL('../../', import.meta.url))
const tsc = path.join(workspace, 'node_modules/typescript/bin/tsc')

const frameworks = { express: 'framework()', koa: 'new framework()' }

/** As pnpm installs them: a project finds what it depends on, and nothing that this depends on. */
function makeProject(t: TestContext): string {
  const project = realpathSync(mkdtempSync(path.join(tmpdir(), 'clustered-declarations-')))
  t.after(() => rmSync(project, { recursive: true, force: true }))
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
    for (const dependency of [name, `@types/${name}`]) install(dependency, own)
  }
  install('@types/node', own)
  writeFileSync(path.join(project, 'package.json'), '{ "type": "module" }')
  return project
}

/** Everything of the public face that an app may export without naming its type. */
const source = (framework: string, make: string) => `
import http from 'node:http'
import framework from '${framework}'
import * as all from '@clustered/${framework}'
import { clustered, hold, shed } from '@clustered/${framework}'

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
export const middleware = shed({ maxInFlight: 100 })
export const mistake = (error: unknown) => error instanceof all.ClusteredError ? { error, code: error.code } : undefined
export const held = hold(Promise.resolve(1))
export async function serve() {
  await using closing = clustered(${make}).listen({ port: 0, signal: AbortSignal.timeout(1000) })
  return closing.listening
}
`

describe('a project that has the adapters only, under pnpm', () => {
  it('gets declarations of whatever it exports', (t) => {
    const project = makeProject(t)
    const files = Object.entries(frameworks).map(([framework, make]) => {
      writeFileSync(path.join(project, `${framework}.ts`), source(framework, make))
      return `${framework}.ts`
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
