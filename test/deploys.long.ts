import assert from 'node:assert/strict'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, it } from 'node:test'
import { DeployFolder, plainServer, remove } from './support/deploy-folder.ts'
import { get } from './support/http.ts'
import { eventually, isAlive, type Program, sendSignal, start } from './support/program.ts'

const options = '{ workers: 2, reload: { soak: 50 }, queueTimeout: 500 }'

/** A program that says how it was started. It reads its `.env` as dotenv does: what is set counts. */
function source(version: string, imported: string): string {
  return `
    import { readFileSync, existsSync } from 'node:fs'
    import cluster from 'node:cluster'
    import { parseEnv } from 'node:util'
    import { clustered } from '${imported}'
    for (const [name, value] of Object.entries(parseEnv(readFileSync('.env', 'utf8')))) process.env[name] ??= value
    if (cluster.isWorker && existsSync('broken')) throw new Error('broken')
    process.title = 'a title that is as long as it may be '.repeat(99)
    if (cluster.isPrimary) process.env.BY_THE_PRIMARY = 'yes'
    const { argv, execArgv, pid, env } = process
    const app = (request, response) => {
      if (request.url === '/pid') return response.end(String(pid))
      response.end(JSON.stringify({ version: '${version}', cwd: process.cwd(), pid, argv, execArgv, env }))
    }
    app.listen = app.locals = {}
    clustered(app, ${options}).listen(0)
  `
}

function files(version: string, imported = '@clustered/core'): Record<string, string> {
  return {
    'server.mjs': source(version, imported),
    'package.json': '{"main":"server.mjs"}',
    '.env': `COLOUR=colour-${version}`,
    '.env.node': `NODE_COLOUR=node-${version}`,
  }
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

describe('releases behind a symlink', { concurrency: true }, () => {
  it('each worker runs the release that it is of, files and environment, when the first one is gone', async (t) => {
    const deploy = new DeployFolder()
    const [first, second, third] = ['1', '2', '3'].map((version) =>
      path.join(deploy.root, 'releases', version),
    ) as [string, string, string]
    deploy.deploy('1', files('1'))
    const program = start(t, '.', {
      cwd: deploy.current,
      asGiven: true,
      nodeArgs: ['--env-file=.env.node'],
      env: { PWD: deploy.current, GIVEN: 'by the system' },
    })
    const port = await program.listens()
    for (const { version, cwd, env } of await askAll(port))
      assert.deepEqual([version, cwd, env['COLOUR'], env['PWD']], ['1', first, 'colour-1', deploy.current])
    deploy.deploy('2', files('2'))
    // Nobody has asked for it yet.
    await killOne(program)
    for (const { version, execArgv } of await askAll(port)) {
      assert.equal(version, '1')
      assert.ok(
        execArgv.some((argument) => argument.startsWith(`${first}/node_modules/`)),
        String(execArgv),
      )
    }
    await reload(program, 2)
    await eventually(() => program.workers().length === 2, 'the old ones are gone')
    remove(first)
    await killOne(program)
    for (const { version, cwd, argv, execArgv, env } of await askAll(port)) {
      assert.deepEqual([version, cwd, argv[1]], ['2', second, second])
      assert.deepEqual(
        [env['COLOUR'], env['NODE_COLOUR'], env['GIVEN'], env['BY_THE_PRIMARY']],
        ['colour-2', 'node-2', 'by the system', undefined],
      )
      assert.ok(
        execArgv.some((argument) => argument.startsWith(`${second}/node_modules/`)),
        String(execArgv),
      )
    }
    // Without a reload: what a worker ran is gone.
    deploy.deploy('3', files('3'))
    remove(second)
    await killOne(program)
    await killOne(program)
    for (const { version, cwd } of await askAll(port)) assert.deepEqual([version, cwd], ['3', third])
    program.kill('SIGTERM')
    assert.equal(await program.ends(), 0)
  })
  it('a program named from elsewhere, in the layout of pnpm, follows its name too', async (t) => {
    const deploy = new DeployFolder()
    const first = deploy.deploy('1', files('1', '@clustered/express'), 'strict')
    // As a service is started whose unit says so, without a shell that knows the name.
    const program = start(t, `${deploy.current}/server.mjs`, { cwd: first, env: { PWD: undefined } })
    const port = await program.listens()
    const second = deploy.deploy('2', files('2', '@clustered/express'), 'strict')
    remove(first)
    await reload(program, 2)
    for (const { version, cwd, execArgv, env } of await askAll(port)) {
      assert.deepEqual([version, cwd, env['PWD'], env['COLOUR']], ['2', second, undefined, 'colour-2'])
      assert.ok(
        execArgv.some((argument) => argument.includes('/@clustered+core@2/')),
        String(execArgv),
      )
    }
    // What refuses while nobody serves comes from there, too.
    writeFileSync(path.join(second, 'broken'), '')
    for (const worker of program.workers()) sendSignal(worker, 'SIGKILL')
    assert.equal((await get(port)).status, 503)
    remove(path.join(second, 'broken'))
    await eventually(async () => (await get(port)).status === 200, 'it serves again')
    program.kill('SIGTERM')
    assert.equal(await program.ends(), 0)
  })

  it('says what to do when the new release has a package that the primary cannot speak with, or none', async (t) => {
    const deploy = new DeployFolder()
    const first = deploy.deploy('1', files('1'))
    const program = start(t, '.', {
      cwd: deploy.current,
      asGiven: true,
      env: { PWD: deploy.current },
    })
    const port = await program.listens()
    const second = deploy.deploy('2', files('2'))
    const core = path.join(second, 'node_modules/@clustered/core/lib')
    const isBriefing = (text: string): boolean => /\bprotocolVersion = \d+/.test(text)
    const briefing = readdirSync(core, { recursive: true, encoding: 'utf8' })
      .map((name) => path.join(core, name))
      .find((file) => file.endsWith('.js') && isBriefing(readFileSync(file, 'utf8')))!
    writeFileSync(briefing, readFileSync(briefing, 'utf8').replace(/(protocolVersion = )\d+/, '$1 4321'))
    program.kill('SIGHUP')
    await program.sees(
      /reload.*ClusteredError: the @clustered\/core of this release \(protocol 4321\).*Restart the program/i,
    )
    await program.sees(/Serving now: 2 on generation 1/)
    assert.equal((await ask(port)).version, '1')
    // Only the workers that run know of the first one now.
    const third = deploy.deploy('3', files('3'))
    remove(first)
    remove(path.join(third, 'node_modules'))
    program.kill('SIGHUP')
    await program.sees(/The package @clustered\/core of \S+releases\/3 is not there any more/)
    assert.equal((await ask(port)).version, '1')
  })

  it('an entry that is a symlink finds what is beside it, where Node is told to look there', async (t) => {
    const deploy = new DeployFolder()
    const release = (version: string): Record<string, string> => ({
      'lib/www.cjs': plainServer(
        '[require("./cfg.cjs"), process.env.GREETING, process.env.NODE_COLOUR].join()',
      ),
      'lib/cfg.cjs': `module.exports = 'beside the file ${version}'`,
      'bin/www.cjs': '-> ../lib/www.cjs',
      'bin/cfg.cjs': `module.exports = 'beside the link ${version}'`,
      '.env.node': `NODE_COLOUR=node-${version}`,
      // It is not what the workers run: what it sets is for them.
      'start.mjs':
        "process.env.GREETING = 'hello'\nimport { supervise } from '@clustered/core'\nsupervise('bin/www.cjs', { workers: 1, reload: { soak: 0 } })",
    })
    deploy.deploy('1', release('1'))
    const begin = (nodeArgs: string[]): Program =>
      start(t, 'start.mjs', { cwd: deploy.current, asGiven: true, nodeArgs, env: { PWD: deploy.current } })
    const programs = [begin(['--env-file=.env.node']), begin(['--preserve-symlinks-main'])]
    const ports = await Promise.all(programs.map((program) => program.listens()))
    const answers = async (): Promise<string[]> =>
      Promise.all(ports.map(async (port) => (await get(port)).body))
    assert.deepEqual(await answers(), ['beside the file 1,hello,node-1', 'beside the link 1,hello,'])
    deploy.deploy('2', release('2'))
    await Promise.all(programs.map((program) => reload(program, 2)))
    assert.deepEqual(await answers(), ['beside the file 2,hello,node-2', 'beside the link 2,hello,'])
  })
})
