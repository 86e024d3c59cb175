import assert from 'node:assert/strict'
import { readdirSync, writeFileSync } from 'node:fs'
import http from 'node:http'
import path from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { DeployFolder, type Layout, remove } from './support/deploy-folder.ts'
import { get, pidsOf } from './support/http.ts'
import { load, mixedClients } from './support/load.ts'
import { eventually, isAlive, type Program, start } from './support/program.ts'

const options = "{ workers: 2, reload: { soak: 50 }, queueTimeout: 500 }"

/** A program that says how it was started. It reads its `.env` as dotenv does: what is set counts. */
function source(version: string, imported: string): string {
  return `
    import { readFileSync, existsSync } from 'node:fs'
    import { parseEnv } from 'node:util'
    import { clustered } from '${imported}'
    for (const [name, value] of Object.entries(parseEnv(readFileSync('.env', 'utf8')))) process.env[name] ??= value
    const { argv, execArgv, pid, env } = process
    const app = (request, response) => {
      if (request.url === '/pid') return response.end(String(pid))
      response.end(JSON.stringify({ version: '${version}', cwd: process.cwd(), pid, argv, execArgv, env }))
    }
    app.handle = app.set = () => {}
    clustered(app, ${options}).listen(0)
  `
}

function files(version: string, imported = '@clustered/core'): Record<string, string> {
  return { 'server.mjs': source(version, imported), '.env': `COLOUR=colour-${version}`, '.env.node': `NODE_COLOUR=node-${version}` }
}

interface Told {
  version: string
  cwd: string
  argv: string[]
  execArgv: string[]
  env: Record<string, string>
}

async function ask(port: number): Promise<Told> {
  return JSON.parse((await get(port)).body) as Told
}

/** Asks until both workers have been asked. */
async function askAll(port: number): Promise<Told[]> {
  const told = new Map<number, Told>()
  await eventually(async () => {
    const one = (await ask(port)) as Told & { pid: number }
    told.set(one.pid, one)
    return told.size >= 2
  }, 'both workers answer')
  return [...told.values()]
}

async function reload(program: Program, generation: number): Promise<void> {
  program.kill('SIGHUP')
  await program.sees(new RegExp(`reload done: every slot is on generation ${generation}`))
}

async function killOne(program: Program): Promise<void> {
  const [victim] = program.workers()
  const since = program.output.length
  process.kill(victim!, 'SIGKILL')
  await program.sees(/is ready/, since)
  await eventually(() => !isAlive(victim!), 'it is gone')
}

describe('releases behind a symlink', () => {
  it('each worker runs the release that it is of, files and environment, when the first one is gone', async (t) => {
    const deploy = new DeployFolder(t)
    const [first, second, third] = ['1', '2', '3'].map((version) => path.join(deploy.root, 'releases', version)) as [string, string, string]
    deploy.deploy('1', files('1'))
    const program = start(t, 'server.mjs', {
      cwd: deploy.current,
      asGiven: true,
      nodeArgs: ['--env-file=.env.node'],
      env: { PWD: deploy.current, GIVEN: 'by the system' },
    })
    const port = await program.listens()
    for (const { version, cwd, env } of await askAll(port))
      assert.deepEqual([version, cwd, env['COLOUR'], env['PWD']], ['1', first, 'colour-1', deploy.current])
    deploy.deploy('2', files('2'))
    const clients = load(mixedClients(2, { port }, {}))
    await reload(program, 2)
    await eventually(() => program.workers().length === 2, 'the old ones are gone')
    remove(first)
    await killOne(program)
    for (const { version, cwd, argv, execArgv, env } of await askAll(port)) {
      assert.deepEqual([version, cwd, argv[1]], ['2', second, `${second}/server.mjs`])
      assert.deepEqual([env['COLOUR'], env['NODE_COLOUR'], env['GIVEN']], ['colour-2', 'node-2', 'by the system'])
      assert.ok(execArgv.some((argument) => argument.startsWith(`${second}/node_modules/`)), String(execArgv))
    }
    // Without a reload: what a worker ran is gone.
    deploy.deploy('3', files('3'))
    remove(second)
    await clients.stop()
    await killOne(program)
    await killOne(program)
    for (const { version, cwd } of await askAll(port)) assert.deepEqual([version, cwd], ['3', third])
    program.kill('SIGTERM')
    assert.equal(await program.ends(), 0)
  })
})
