import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { availableParallelism } from 'node:os'
import { describe, it, type TestContext } from 'node:test'
import type * as FindConfig from '../packages/cli/dist/config/find-config.js'
import type * as FromPm2 from '../packages/cli/dist/config/from-pm2.js'
import type * as AllNotes from '../packages/cli/dist/config/notes.js'
import type * as Keys from '../packages/cli/dist/config/pm2-keys.js'
import type * as ProgramsOf from '../packages/cli/dist/config/programs-of.js'
import type * as Words from '../packages/cli/dist/pm2-words.js'
import { Desk, plainApp } from './support/desk.ts'

const load = <Module>(file: string): Promise<Module> =>
  import(new URL(`../../packages/cli/dist/${file}`, import.meta.url).href) as Promise<Module>
const { asConfig, configHere } = await load<typeof FindConfig>('config/find-config.js')
const { fromPm2 } = await load<typeof FromPm2>('config/from-pm2.js')
const { Notes } = await load<typeof AllNotes>('config/notes.js')
const { pm2Keys, pm2Spellings } = await load<typeof Keys>('config/pm2-keys.js')
const { programsOf } = await load<typeof ProgramsOf>('config/programs-of.js')
const { pm2Aliases, pm2Words } = await load<typeof Words>('pm2-words.js')

/** One app of pm2 as a program of ours, and what is said of it. */
function mapped(app: object, environment?: string): { program: Record<string, unknown>; said: string[] } {
  const notes = new Notes()
  const program = fromPm2({ script: 'app.js', ...app }, '/srv', environment, notes) as object
  const said: string[] = []
  const { error } = console
  console.error = (line: string) => said.push(line)
  notes.say('file')
  console.error = error
  return { program: { ...program }, said }
}

describe('a key of a pm2 file', () => {
  const cpus = availableParallelism()
  for (const [app, expected] of [
    [{}, { name: 'app', file: 'app.js', workers: 1 }],
    [{ name: 'my app' }, { name: 'my-app' }],
    [{ exec: 'app.js', script: undefined }, { file: 'app.js' }],
    [{ instances: 'max' }, { workers: undefined, listen: undefined }],
    [
      { instances: 0, exec_mode: 'cluster_mode' },
      { workers: undefined, listen: undefined },
    ],
    [
      { instances: 0, exec_mode: 'fork' },
      { workers: cpus, listen: 'auto', restart: 'always' },
    ],
    [
      { wait_ready: true, exec_mode: 'fork' },
      { listen: 'auto', readyAfter: 'message', reload: { surge: 0 } },
    ],
    [
      { autorestart: false, cron_restart: '0 3 * * *' },
      { listen: false, restart: 'never', remainAfterExit: true },
    ],
    [{ instances: '3' }, { workers: 3 }],
    [{ instances: -1 }, { workers: Math.max(1, cpus - 1) }],
    [{ instances: '2..8' }, { workers: { min: 2, max: 8 } }],
    [{ instances: '2..max' }, { workers: { min: 2 } }],
    [{ max_memory_restart: '300M' }, { maxMemory: 300 * 1024 ** 2 }],
    [{ maxMemoryRestart: '1G' }, { maxMemory: 1024 ** 3 }],
    [{ max_memory_restart: 64_000_000 }, { maxMemory: 64_000_000 }],
    [
      { kill_timeout: 3000, listen_timeout: '8s' },
      { drainTimeout: 3000, bootTimeout: 8000 },
    ],
    [{ killTimeout: '3000' }, { drainTimeout: 3000 }],
    [{ args: '--port 1 "two words"' }, { args: ['--port', '1', 'two words'] }],
    [{ args: ['a b', 1] }, { args: ['a b', '1'] }],
    [
      { node_args: '--harmony --max-http-header-size=9' },
      { nodeArgs: ['--harmony', '--max-http-header-size=9'] },
    ],
    [{ interpreter_args: ['--harmony'], interpreter: 'node' }, { nodeArgs: ['--harmony'] }],
    [{ env: { A: 1, B: { c: 2 }, C: true } }, { env: { A: 1, B: '{"c":2}', C: true } }],
    [{ port: 3000 }, { env: { PORT: 3000 } }],
    [
      { watch: true, ignore_watch: ['logs', /x$/] },
      { watch: true, ignore: ['logs', /x$/] },
    ],
    [{ watch: ['src', 'lib'] }, { watch: ['src', 'lib'] }],
    [{ cron_restart: '0 3 * * *' }, { reloadAt: '0 3 * * *' }],
    [{ cron: 0 }, { reloadAt: undefined }],
    [{ out: 'o', err_file: 'e' }, { logs: { out: 'o', error: 'e' } }],
    [{ output: 'o', error: 'e' }, { logs: { out: 'o', error: 'e' } }],
    [{ log: 'both' }, { logs: { out: 'both', error: 'both' } }],
    [{ disable_logs: true }, { logs: false }],
    [{ time: true }, { stampLines: 'YYYY-MM-DDTHH:mm:ss' }],
    [{ log_date_format: 'HH:mm' }, { stampLines: 'HH:mm' }],
    [{ autostart: false }, { autostart: false }],
    [{ exp_backoff_restart_delay: 100, merge_logs: true, vizion: false }, {}],
    [
      { drainTimeout: 5, shutdownDelay: 7 },
      { drainTimeout: 5, shutdownDelay: 7 },
    ],
  ] as const)
    it(JSON.stringify(app), () => {
      const { program, said } = mapped(app)
      for (const [key, value] of Object.entries(expected)) assert.deepEqual(program[key], value, key)
      assert.deepEqual(said, [])
    })

  it('chooses variables by --env, over those of env', () => {
    const app = { env: { A: 'a', B: 'b' }, env_production: { B: 'c' }, append_env_to_name: true }
    const { program } = mapped(app, 'production')
    assert.deepEqual([program['name'], program['env']], ['app-production', { A: 'a', B: 'c' }])
    assert.deepEqual(mapped(app).program['env'], { A: 'a', B: 'b' })
    assert.ok('PATH' in (mapped({ filter_env: ['PATH'] }).program['env'] as object))
  })

  it('is named where it has no counterpart and asks for something', () => {
    const { said } = mapped({
      increment_var: 'PORT',
      source_map_support: true,
      namespace: 'default',
      max_restart: 3,
    })
    assert.match(said.join('\n'), /^warning: file: increment_var \(app\): no counterpart.*CLUSTERED_SLOT/m)
    assert.match(said.join('\n'), /source_map_support \(app\).*--enable-source-maps/)
    assert.match(
      said.join('\n'),
      /max_restart \(app\): no key that is known\. Is it max_restarts that you mean/,
    )
    assert.equal(said.length, 3)
  })

  it('stands in docs/coming-from/pm2.md, with what becomes of it; commands do, too', () => {
    const text = readFileSync(new URL('../../docs/coming-from/pm2.md', import.meta.url), 'utf8')
    const rows = new Map(
      [...text.matchAll(/^\| (`.+?) +\| (.+?) +\|$/gm)].flatMap(([, keys, what]) =>
        [...keys!.matchAll(/`([^`]+)`/g)].map(([, key]) => [key!, what!] as const),
      ),
    )
    for (const [key, fate] of Object.entries(pm2Keys)) {
      const row = rows.get(key)
      assert.ok(row, `${key} is missing`)
      if ('becomes' in fate) assert.ok(row.includes(`\`${fate.becomes}\``), `${key}: ${row}`)
    }
    for (const spelling of pm2Spellings.keys())
      if (spelling.includes('_')) assert.ok(rows.has(spelling), spelling)
    for (const word of [...Object.keys(pm2Words), ...Object.values(pm2Aliases).flat()])
      assert.ok(rows.has(`pm2 ${word}`), `pm2 ${word} is missing`)
  })
})

/** What is said of a file, as this command would. */
function problem(desk: Desk, [name, text]: readonly [string, string], choice: ProgramsOf.Choice = {}): Error {
  desk.write(name, text)
  try {
    programsOf(asConfig(name)!, choice)
  } catch (error) {
    return error as Error
  }
  throw new Error(`nothing is wrong with ${text}`)
}

function enter(t: TestContext, desk: Desk): void {
  const [here, { PWD }] = [process.cwd(), process.env]
  process.chdir(desk.project)
  process.env['PWD'] = desk.project
  t.after(() => {
    process.chdir(here)
    process.env['PWD'] = PWD
  })
}

describe('a file that names programs', () => {
  it('is found by its name, or by what it says', async (t) => {
    const desk = new Desk(t)
    enter(t, desk)
    desk.write('web.js', plainApp('1'))
    assert.equal(configHere(), undefined)
    const forms = {
      'ecosystem.config.cjs': "exports.apps = [{ script: 'web.js' }]",
      'ecosystem.config.mjs': "export const apps = [{ script: 'web.js' }]",
      'ecosystem.json': "// as pm2 reads it\n[{ script: './web' },]",
      'pm2.config.js': "module.exports = { pm2: { script: 'web.js' } }",
      'servers.js': "const apps = [{ script: 'web.js' }]\nmodule.exports = { apps }",
      'shop.json': '{ "apps": { "exec": "web.js" } }',
      'clustered.config.js': "module.exports = async () => ({ programs: [{ file: 'web.js' }] })",
      'more.mjs': "export default { programs: [{ file: 'web.js' }] }",
    }
    for (const [name, text] of Object.entries(forms)) {
      desk.write(name, text)
      const { chosen } = programsOf(asConfig(name)!, {})
      assert.deepEqual(
        chosen.map((planned) => [planned.name, planned.file]),
        [['web', path.join(desk.project, 'web.js')]],
        name,
      )
    }
    assert.equal(configHere()?.given, 'clustered.config.js')
    desk.write('apps.js', "exports.apps = [{ script: 'x' }]\nrequire('http').createServer().listen(1)")
    for (const name of ['web.js', 'apps.js', 'nothing.js', 'web'])
      assert.equal(asConfig(name), undefined, name)
  })

  it('says what is wrong with it, and with which program', async (t) => {
    const desk = new Desk(t)
    enter(t, desk)
    desk.write('web.js', plainApp('1'))
    desk.write('package.json', '{ "scripts": { "start": "node web.js" } }')
    const pm2 = (text: string) => ['ecosystem.config.js', `module.exports = ${text}`] as const
    const own = (text: string) => ['clustered.config.json', `{ "programs": [${text}] }`] as const
    for (const [file, message, choice] of [
      [['ecosystem.config.js', 'module.exports = { apps: [{'], /config\.js:1[^]*SyntaxError/],
      [['ecosystem.config.js', 'throw new Error("no")'], /Error: no/],
      [pm2('{ deploy: {} }'), /names no programs\. Expected/],
      [pm2('{ apps: [] }'), /apps is empty/],
      [pm2('{ apps: ["web.js"] }'), /"web\.js" is no program/],
      [pm2('{ apps: [{ name: "web" }] }'), /an app has no script: \{"name":"web"\}/],
      [pm2("{ apps: [{ script: 'web.js' }, { script: 'lib/web.js' }] }"), /two programs are called 'web'/],
      [
        pm2("{ apps: [{ script: 'web.js' }, { script: 'wbe.js' }] }"),
        /'wbe': There is no file \S+wbe\.js.*Is it \S+web\.js/,
      ],
      [pm2("{ apps: [{ script: 'a.py', interpreter: 'python3' }] }"), /'a' is run by python3.*--only/],
      [
        pm2("{ apps: [{ name: 'x', script: 'npm', args: 'start' }] }"),
        /'x' is run by the command npm.*Is it web\.js/,
      ],
      [
        pm2("{ apps: [{ script: 'web.js', max_memory_restart: 'lots' }] }"),
        /max_memory_restart of 'web' is "lots"\. Expected.*'300M'/,
      ],
      [pm2("{ apps: [{ script: 'web.js', instances: 'many' }] }"), /instances of 'web' is "many"/],
      [
        pm2("{ apps: [{ script: 'web.js', cron_restart: 'daily' }] }"),
        /'web' is 'daily'\. Expected: a cron pattern/,
      ],
      [pm2("{ apps: [{ script: 'web.js', user: 'nobody-here' }] }"), /is to run as user nobody-here/],
      [pm2("{ apps: [{ script: 'web.js' }] }"), /there is no 'wab' in it\. Is it web/, { only: 'wab' }],
      [
        pm2("{ apps: [{ script: 'web.js', env_production: {} }] }"),
        /--env prod\. Is it production/,
        { env: 'prod' },
      ],
      [['ecosystem.yml', 'apps: []'], /is YAML.*js-yaml/],
      [own('{ "file": "web.js", "drainTimout": 1 }'), /drainTimout of 'web'.*Is it drainTimeout/],
      [own('{ "file": "web.js", "drainTimeout": 1 }'), /'web': drainTimeout: 1 is not valid/],
      [own('{ "file": "web.js", "logs": "x" }'), /logs of 'web' is 'x'\. Expected: false, or an object/],
      [own('{ "name": "a b", "file": "web.js" }'), /'a b' cannot be a name/],
    ] as const)
      assert.match(problem(desk, file, choice).message, message)
  })
})
