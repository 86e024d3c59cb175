import assert from 'node:assert/strict'
import { mkdirSync, readFileSync, symlinkSync } from 'node:fs'
import path from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { Desk, plainApp } from './support/desk.ts'
import { get } from './support/http.ts'
import { freePort } from './support/port.ts'

interface StartScript {
  before: string
  file: string
  nodeArgs: string[]
  args: string[]
}
const inside = (file: string): Promise<any> =>
  import(new URL(`../../packages/cli/dist/${file}`, import.meta.url).href)
const { readStartScript, clusteredLine } = (await inside('start-script.js')) as {
  readStartScript: (script: string) => StartScript | undefined
  clusteredLine: (script: StartScript) => string
}
const { startHere } = (await inside('start-here.js')) as {
  startHere: (flags: object) => { given: string; says: string }
}
const { findBuiltServer } = (await inside('built-servers.js')) as {
  findBuiltServer: (packages: object, script?: string) => object | undefined
}
const { clusteredScript } = (await inside('init/put-into-script.js')) as {
  clusteredScript: (manifest: object, built: object) => { now: string }
}

/** Start scripts, and what each becomes; nothing where it is not plain what serves. */
const scripts: [script: string, becomes: string | undefined][] = [
  ['next start', 'clustered start next -- start'],
  ['next start -p ${PORT:-3000} -H 0.0.0.0', 'clustered start next -- start -p ${PORT:-3000} -H 0.0.0.0'],
  ['prisma migrate deploy && next start', 'prisma migrate deploy && clustered start next -- start'],
  ['NODE_ENV=production node ./server.js', 'NODE_ENV=production clustered start ./server.js'],
  [
    'cross-env NODE_ENV=production  node server/index',
    'cross-env NODE_ENV=production  clustered start server/index',
  ],
  ['dotenv -e .env.local -- npx next start', 'dotenv -e .env.local -- clustered start next -- start'],
  [
    'pnpm exec react-router-serve ./build/server/index.js',
    'clustered start react-router-serve -- ./build/server/index.js',
  ],
  ['node .output/server/index.mjs', 'clustered start .output/server/index.mjs'],
  ['node build', 'clustered start build'],
  ['node --env-file=.env build/index.js', 'clustered start build/index.js --env-file .env'],
  [
    'node -r dotenv/config --max-old-space-size=512 "my server.js" --port 8000 "a b"',
    `clustered start "my server.js" --node-args '-r dotenv/config --max-old-space-size=512' -- --port 8000 "a b"`,
  ],
  ['tsx src/server.ts', 'clustered start src/server.ts'],
  ['fastify start -l info app.js', 'clustered start fastify -- start -l info app.js'],
  ['next dev', undefined],
  ['nest start', undefined],
  ['nodemon server.js', undefined],
  ['tsx watch src/server.ts', undefined],
  ['node --watch server.js', undefined],
  ['node server.js | pino-pretty', undefined],
  ['node api.js & node web.js', undefined],
  ['npm run build', undefined],
  ['', undefined],
]

describe('a start script', () => {
  it('is put on every core where it is plain what serves', () => {
    for (const [script, becomes] of scripts) {
      const read = readStartScript(script)
      assert.equal(read && read.before + clusteredLine(read), becomes, script)
    }
  })

  it('is what clustered start runs without a file', async (t) => {
    const desk = new Desk(t)
    const port = await freePort()
    const manifest = (start: string): string =>
      JSON.stringify({ name: '@x/shop', dependencies: { next: '1' }, scripts: { start } })
    desk.write('package.json', manifest('COLOUR="dark red" next start -p ${P:-1234}'))
    install(desk, plainApp('1'))
    desk.env['PORT'] = String(port)
    const started = await desk.run('start', '-i', '2', '--daemon', '--', '--more')
    assert.equal(started.code, 0, started.stderr)
    assert.match(started.stdout, /^shop runs: 2 workers/, 'it has the name of the project')
    assert.equal((await get(port, '/env')).body, 'dark red start,-p,1234,--more')
    // What it runs is read anew.
    desk.write('package.json', manifest('clustered start next -i 1 -- start again'))
    const again = await desk.run('restart', 'shop')
    assert.equal(again.code, 0, again.stderr)
    assert.equal((await get(port, '/env')).body, 'undefined start,again,--more')
    const log = readFileSync(
      path.join(desk.env['HOME']!, '.local/state/clustered/daemons/shop/err.log'),
      'utf8',
    )
    assert.match(log, /starts clustered start next -i 1 -- start again, the script 'start' of package\.json/)
  })

  it('is passed over where it does not serve itself, for what the framework has built', (t) => {
    const desk = new Desk(t)
    enter(t, desk)
    const found = (manifest: object): { given: string; says: string } => {
      desk.write('package.json', JSON.stringify(manifest))
      return startHere({ given: new Map(), nodeArgs: [], ignore: [], watch: false, daemon: false })
    }
    assert.equal(found({ scripts: { start: 'next dev' }, dependencies: { next: '1' } }).given, 'next')
    const nest = { start: 'nest start', 'start:prod': 'node dist/main' }
    assert.equal(found({ scripts: nest, dependencies: { '@nestjs/core': '1' } }).given, 'dist/main')
    desk.write('svelte.config.js', "export default { kit: { adapter: adapter({ out: 'made' }) } }")
    const kit = found({ devDependencies: { '@sveltejs/kit': '2', '@sveltejs/adapter-node': '5' } })
    assert.equal(kit.given, 'made')
    assert.equal(kit.says, 'node made, as this is a project of SvelteKit')
    assert.throws(
      () => found({ scripts: { start: 'nest start' } }),
      /'nest start', of which no file is known/,
    )
    desk.write('server.js', '')
    assert.equal(found({}).given, 'server.js')
    // What is typed counts more than what a script says.
    desk.write('package.json', '{ "scripts": { "start": "clustered start app.js -i 1 --watch -- a" } }')
    const typed = { given: new Map([['workers', '2']]), nodeArgs: [], ignore: [], watch: false, '--': ['b'] }
    const { flags } = startHere(typed) as unknown as { flags: typeof typed }
    assert.equal(flags.given.get('workers'), '2')
    assert.deepEqual([flags.watch, flags['--']], [true, ['a', 'b']])
  })

  it('and a file are missing, and that is said', async (t) => {
    const desk = new Desk(t)
    const { code, stderr } = await desk.run('start')
    assert.match(
      stderr,
      /there is no file to start.*clustered\.config\.ts.*ecosystem\.config\.js.*package\.json/,
    )
    assert.equal(code, 2)
    desk.write('package.json', '{}')
    install(desk, '')
    assert.match(
      (await desk.run('start', 'next start')).stderr,
      /clustered start next -- start.*NOT_A_PROGRAM/,
    )
  })
})

describe('clustered init, of a framework that builds its own server', () => {
  it('changes the start script, and says so', async (t) => {
    const desk = new Desk(t)
    const before = `{\n  "name": "x",\n  "files": ["a", "b"],\n  "scripts": {\n    "build": "next build",\n    "start": "next start"\n  },\n  "dependencies": {\n    "express": "5",\n    "next": "16"\n  }\n}\n`
    desk.write('package.json', before)
    const read = (): string => readFileSync(path.join(desk.project, 'package.json'), 'utf8')
    const { code, stdout } = await desk.run('init')
    assert.equal(code, 0)
    assert.match(
      stdout,
      /Next\.js starts its own server[^]*- "start": "next start"[^]*\+ "start": "clustered start next -- start"/,
    )
    const after = before
      .replace('"next start"', '"clustered start next -- start"')
      .replace('"express"', '"@clustered/cli": "^0.1.0",\n    "express"')
    assert.equal(read(), after)
    assert.match((await desk.run('init')).stderr, /is clustered already/)
    assert.equal(read(), after)
  })

  it('knows where each has its server, and what is missing', (t) => {
    const desk = new Desk(t)
    enter(t, desk)
    const now = (packages: Record<string, string>, start?: string): string => {
      const manifest = {
        text: '',
        dependencies: packages,
        ...(start !== undefined && { scripts: { start } }),
      }
      return clusteredScript(manifest, findBuiltServer(packages, start)!).now
    }
    assert.equal(now({ nuxt: '4' }), 'clustered start .output/server/index.mjs')
    assert.equal(now({ astro: '6', '@astrojs/node': '9' }), 'clustered start dist/server/entry.mjs')
    assert.equal(
      now({ '@react-router/dev': '7', '@react-router/serve': '7' }),
      'clustered start react-router-serve -- build/server/index.js',
    )
    const cli = { fastify: '5', 'fastify-cli': '7' }
    assert.equal(now(cli, 'fastify start -l info app.js'), 'clustered start fastify -- start -l info app.js')
    assert.equal(findBuiltServer(cli, 'node server.js'), undefined, 'whose code is changed')
    assert.equal(now({ next: '16', express: '5' }, 'node server.js'), 'clustered start server.js')
    assert.throws(() => now({ '@sveltejs/kit': '2' }), /without @sveltejs\/adapter-node/)
    assert.throws(() => now({ astro: '6' }, 'astro dev'), /\(astro dev\) it is not plain/)
    desk.write('next.config.ts', "export default { output: 'export' }")
    assert.throws(() => now({ next: '16' }, 'next start'), /files, and no server/)
  })
})

function enter(t: TestContext, desk: Desk): void {
  const [here, { PWD }] = [process.cwd(), process.env]
  process.chdir(desk.project)
  process.env['PWD'] = desk.project
  t.after(() => {
    process.chdir(here)
    process.env['PWD'] = PWD
  })
}

/** Something that is called as Next.js is. */
function install(desk: Desk, source: string): void {
  desk.write('node_modules/next/bin/next', `#!/usr/bin/env node\n${source}`)
  mkdirSync(path.join(desk.project, 'node_modules/.bin'))
  symlinkSync('../next/bin/next', path.join(desk.project, 'node_modules/.bin/next'))
}
