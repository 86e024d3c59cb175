import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, realpathSync, symlinkSync } from 'node:fs'
import path from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'
import { Desk, type Listed, plainApp } from './support/desk.ts'
import { get, pidsOf } from './support/http.ts'
import { load, nodeClients, undiciClients } from './support/load.ts'
import { freePort } from './support/port.ts'
import { eventually, isAlive } from './support/program.ts'

const cli = fileURLToPath(new URL('../../packages/cli', import.meta.url))
const tsx = realpathSync(fileURLToPath(new URL('../../node_modules/tsx', import.meta.url)))

interface Started {
  desk: Desk
  ports: { web: number; api: number }
}

/** A file of pm2, as it is: a web server on two workers, and an API that pm2 would run in fork mode. */
function ecosystem({ ports, web = '' }: { ports: Started['ports']; web?: string }): string {
  return `module.exports = {
    apps: [
      {
        name: 'shop-web',
        script: './web.js',
        exec_mode: 'cluster',
        instances: 2,
        kill_timeout: 6000,
        max_memory_restart: '300M',
        increment_var: 'PORT',
        env: { PORT: ${ports.web}, COLOUR: 'red'${web} },
        env_production: { COLOUR: 'green' },
      },
      {
        name: 'shop-api',
        script: 'api.js',
        exec_mode: 'fork',
        args: 'one "two three"',
        env: { PORT: ${ports.api} },
        out_file: 'logs/out.log',
        error: './logs/err.log',
        log_date_format: '[at] YYYY',
      },
    ],
    deploy: { production: { host: 'example.org' } },
  }`
}

async function project(t: TestContext): Promise<Started> {
  const desk = new Desk(t)
  const ports = { web: await freePort(), api: await freePort() }
  desk.write('web.js', plainApp('web 1'))
  desk.write('api.js', plainApp('api 1'))
  desk.write('ecosystem.config.js', ecosystem({ ports }))
  return { desk, ports }
}

describe("pm2's ecosystem file", () => {
  it('starts as it is; all of it is reloaded without a lost request, stopped, restarted and deleted', async (t) => {
    const { desk, ports } = await project(t)
    const started = await desk.run('start', '--env', 'production', '--daemon')
    assert.equal(started.code, 0, started.stderr)
    assert.match(
      started.stdout,
      /^shop-web +runs: 2 workers on \S+, primary pid \d+\nshop-api +runs: 1 worker /,
    )
    assert.match(started.stderr, /increment_var \(shop-web\): no counterpart.*CLUSTERED_SLOT/)
    assert.equal((await get(ports.web, '/env')).body, 'green ')
    assert.equal((await get(ports.api, '/env')).body, 'undefined one,two three')
    const web = await desk.json<{ drainTimeout: number; slots: number }>('describe', 'shop-web')
    assert.deepEqual([web.drainTimeout, web.slots], [6000, 2])

    await get(ports.api, '/log')
    const out = path.join(desk.project, 'logs/out.log')
    const logged = /^at \d{4}: \{"message":"a line","version":"api 1"\}$/m
    await eventually(() => logged.test(readFileSync(out, 'utf8')), 'the line, with its time')
    assert.match((await desk.run('logs', 'shop-api')).stdout, logged)

    // Beside what runs, the rest starts.
    await desk.run('delete', 'shop-api')
    const again = await desk.run('start', '--env', 'production', '--daemon')
    assert.equal(again.code, 0, again.stderr)
    assert.match(again.stdout, /shop-web +runs already\nshop-api +runs: 1 worker/)
    assert.match(again.stderr, /clustered reload shop-web\n/)

    desk.write('web.js', plainApp('web 2'))
    desk.write('api.js', plainApp('api 2'))
    desk.write(
      'ecosystem.config.js',
      ecosystem({ ports }).replaceAll('green', 'blue').replace('6000', '7000'),
    )
    const clients = load([
      ...nodeClients(2, { port: ports.web }, {}),
      ...undiciClients(2, { port: ports.api }, {}),
    ])
    const reloaded = await desk.run('reload', 'all')
    await clients.stop()
    assert.equal(reloaded.code, 0, reloaded.stderr)
    assert.match(
      reloaded.stdout,
      /^shop-api +every slot \(1\) runs generation 2.*\nshop-web +every slot \(2\) runs generation 2/,
    )
    assert.deepEqual(clients.failures, [])
    assert.deepEqual([(await get(ports.web)).body, (await get(ports.api)).body], ['web 2', 'api 2'])
    assert.equal((await get(ports.web, '/env')).body, 'blue ', 'the file is read again')
    assert.match(
      (await desk.run('logs', 'shop-web', '--lines', '30')).stderr,
      /has changed: drainTimeout\..*clustered restart shop-web/,
    )

    // A file that is broken is a deploy that is broken: one fails, the other does not.
    desk.write('ecosystem.config.js', ecosystem({ ports, web: `, X: missing` }))
    const broken = await desk.run('reload', 'shop-*', '--json')
    assert.equal(broken.code, 1)
    const outcomes = JSON.parse(broken.stdout) as { name: string; ok: boolean; error: { message: string } }[]
    assert.deepEqual(
      outcomes.map(({ name, ok }) => [name, ok]),
      [
        ['shop-api', false],
        ['shop-web', false],
      ],
    )
    assert.match(outcomes[0]!.error.message, /missing is not defined/)
    assert.equal((await get(ports.web)).body, 'web 2')
    const notStopped = await desk.run('restart', 'shop-web')
    assert.equal(notStopped.code, 1)
    assert.match(notStopped.stderr, /missing is not defined[^]*ERR_CLUSTERED_BAD_CONFIG/)
    assert.equal((await get(ports.web)).body, 'web 2', 'what could not be started again is not stopped')
    desk.write('ecosystem.config.js', ecosystem({ ports }))

    const script = await desk.run('startup', 'all')
    assert.equal(script.code, 0, script.stderr)
    const units = path.join(desk.project, 'units')
    mkdirSync(units)
    const installed = spawnSync('sh', ['-s', '--', units], { input: script.stdout, encoding: 'utf8' })
    assert.equal(installed.status, 0, installed.stderr)
    const unit = (name: string): string => readFileSync(path.join(units, `${name}.service`), 'utf8')
    assert.match(
      unit('shop-web'),
      /ExecStart=\S+ \S+main\.js start ecosystem\.config\.js --only shop-web --env production\n/,
    )
    assert.match(unit('shop-web'), /TimeoutStopSec=11\n/)
    assert.match(unit('shop-api'), new RegExp(`StandardOutput=append:${out}\n`))
    const ofFile = await desk.run('startup', 'ecosystem.config.js', '--env', 'production')
    // In the order of the file, and not of the names.
    const lines = (text: string): string[] =>
      text
        .split('\n')
        .filter((line) => !line.includes(' shop-'))
        .toSorted()
    assert.deepEqual(lines(ofFile.stdout), lines(script.stdout))
  })

  it('operates what is named, and says of each how it went', async (t) => {
    const { desk, ports } = await project(t)
    await desk.run('start', 'ecosystem.config.js', '--only', 'shop-web', '--daemon')
    desk.write('other.js', plainApp('other'))
    desk.env['PORT'] = String(await freePort())
    assert.equal((await desk.run('start', 'other.js', '-i', '1', '--daemon')).code, 0)

    const pids = (await desk.json<Listed[]>('list')).map(({ pid }) => pid)
    const flushed = await desk.json<{ name: string; freed: number }[]>('flush')
    assert.ok(
      flushed.every(({ freed }) => freed > 100),
      JSON.stringify(flushed),
    )
    assert.equal((await desk.run('logs', 'other')).stderr, '')
    assert.match((await desk.run('reload', 'shop-*', 'othr')).stderr, /Is it 'other' that you mean/)
    const nothing = await desk.run('stop', 'x*')
    assert.deepEqual(
      [nothing.code, /There is no 'x\*'\. There is: other, shop-web/.test(nothing.stderr)],
      [1, true],
    )
    assert.match(
      (await desk.run('stop', '0')).stderr,
      /There is no '0'\. Programs have names here, and no ids/,
    )

    const stopped = await desk.run('stop', 'ecosystem.config.js', '--json')
    assert.deepEqual(
      (JSON.parse(stopped.stdout) as object[]).map((one) => Object.keys(one)),
      [['name', 'ok', 'pid', 'stopped']],
    )
    // One that does not run is a failure where it was named, and none where it only fits.
    const mixed = await desk.run('reload', 'shop-web', 'other')
    assert.equal(mixed.code, 1)
    assert.match(mixed.stdout, /^shop-web +failed\nother +every slot/)
    assert.match(mixed.stderr, /'shop-web' does not run.*ERR_CLUSTERED_NOT_RUNNING/)
    assert.equal((await desk.run('reload', 'all')).code, 0)

    assert.match((await desk.run('restart', 'all')).stdout, /^other +runs again.*\nshop-web +runs again/)
    assert.equal((await pidsOf(ports.web, 2)).size, 2)
    assert.match((await desk.run('delete', 'all')).stdout, /^(?:\S+ +is deleted, and so are its logs\n){2}$/)
    assert.deepEqual(await desk.json('list'), [])
    assert.ok(!pids.some(isAlive))
    assert.match((await desk.run('stop', 'all')).stderr, /Nothing runs/)
  })
})

describe('several programs in the foreground', () => {
  it('run with their names before each line, and end together, with what is in flight answered', async (t) => {
    const { desk, ports } = await project(t)
    const child = desk.spawn(['start'])
    let output = ''
    for (const stream of [child.stdout!, child.stderr!])
      stream.on('data', (text: Buffer) => (output += text.toString()))
    const ended = new Promise<number | null>((resolve) => child.once('close', resolve))
    await eventually(() => (output.match(/listening on/g)?.length ?? 0) === 2, 'both listen')
    await get(ports.web, '/log')
    await eventually(
      () => /^shop-web \| \{"message":"a line","version":"web 1"\}$/m.test(output),
      'the line, with its name',
    )
    assert.match(output, /^shop-api \| \[clustered\] worker 0 \S+ \d+\) is ready/m)
    const checks = Promise.all([get(ports.web, '/check'), get(ports.api, '/check')])
    await eventually(async () => {
      const programs = await desk.json<Listed[]>('list')
      return programs.every(({ workers }) => workers.some(({ vitals }) => vitals?.inFlight === 1))
    }, 'requests are under way')
    child.kill('SIGINT')
    assert.equal(await ended, 0, output)
    assert.deepEqual(
      (await checks).map(({ status }) => status),
      [200, 200],
    )
    assert.doesNotMatch(output, /^(?!shop-(web|api) \| |warning: )./m, 'no line without a name')
    assert.deepEqual(desk.sockets, [])
  })

  it('end with 1 where one fails, leave the others where one is stopped, and with what started them', async (t) => {
    const { desk } = await project(t)
    const config = desk.root
    desk.write('broken.js', 'setTimeout(() => { throw new Error("no database") }, 300)')
    desk.write(
      'clustered.config.mjs',
      `export default () => ({ programs: [
      { file: 'web.js', workers: 1, env: { PORT: 0 } },
      { file: 'api.js', workers: 1, env: { PORT: 0 } },
      { file: 'broken.js', workers: 1, autostart: false },
    ] })`,
    )
    const failed = await desk.run('start', '--only', 'web,broken', '--no-prefix')
    assert.equal(failed.code, 1)
    assert.match(failed.stderr, /^Error: no database/m, config)
    assert.match(failed.stderr, /\[clustered\] broken has ended with exit code 1: the others are stopped/)
    assert.deepEqual(desk.sockets, [])

    const child = desk.spawn(['start'])
    child.stderr!.resume()
    child.stdout!.resume()
    const both = async (): Promise<Listed[]> =>
      (await desk.json<Listed[]>('list')).filter(({ state }) => state === 'ready')
    await eventually(async () => (await both()).length === 2, 'both are ready')
    assert.equal((await desk.run('stop', 'api')).code, 0)
    const [web, ...others] = await both()
    assert.deepEqual([web!.name, others.length, child.exitCode], ['web', 0, null])
    child.kill('SIGKILL')
    await eventually(
      () => ![web!.pid, ...web!.workers.map(({ pid }) => pid)].some(isAlive),
      'none is left behind',
    )
  })
})

describe("a file of Clustered's own", () => {
  it('is TypeScript with its types, and reloads on a schedule', async (t) => {
    const desk = new Desk(t)
    const port = await freePort()
    mkdirSync(path.join(desk.project, 'node_modules/@clustered'), { recursive: true })
    symlinkSync(cli, path.join(desk.project, 'node_modules/@clustered/cli'))
    symlinkSync(tsx, path.join(desk.project, 'node_modules/tsx'))
    desk.write('app/web.js', plainApp('1'))
    desk.write('app/.env', 'COLOUR=red\n')
    desk.write(
      'clustered.config.ts',
      `
      import { defineConfig } from '@clustered/cli'
      const port: number = ${port}
      export default defineConfig({ programs: [
        { file: 'web.js', cwd: 'app', workers: 1, args: ['a b'], env: { PORT: port }, envFile: '.env', reloadAt: '* * * * * *' },
      ] })`,
    )
    const { code, stderr } = await desk.run('start', '--daemon')
    assert.equal(code, 0, stderr)
    assert.equal((await get(port, '/env')).body, 'red a b')
    await eventually(
      async () => (await desk.json<Listed[]>('list'))[0]!.generation > 1,
      'a reload, as the pattern says',
    )
  })
})
