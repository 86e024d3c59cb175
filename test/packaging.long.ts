import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, before, describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { pidsOf } from './support/http.ts'
import { childrenOf, eventually, isAlive, start } from './support/program.ts'

const workspace = fileURLToPath(new URL('../../', import.meta.url))
/** Those that are imported. */
const libraries = ['core', 'express', 'koa']
const packages = [...libraries, 'cli']

/** What else the project depends on, in the versions that the workspace has. */
const others = ['express', 'koa', 'tsx', 'typescript', '@types/express', '@types/koa', '@types/node']

/** As in an application that has never heard of this workspace. */
const project = realpathSync(mkdtempSync(path.join(tmpdir(), 'clustered-packaging-')))

const apps = {
  express: `
const app = express()
app.get('/pid', (_request, response) => {
  response.send(String(process.pid))
})
`,
  koa: `
const app = new koa()
app.use((context) => {
  context.body = String(process.pid)
})
`,
}

const header = {
  module: (framework: string) => `
import ${framework} from '${framework}'
import { clustered } from '@clustered/${framework}'
`,
  commonjs: (framework: string) => `
const ${framework} = require('${framework}')
const { clustered } = require('@clustered/${framework}')
`,
}

const oneLiner = '\nclustered(app).listen(0)\n'

const typedOneLiner = `
const options: ClusteredOptions = {}
const cluster: Cluster = clustered(app, options).listen(0, (error?: Error) => void error)
cluster.ready satisfies Promise<void>
`

/** Each program by its file's name. The project is one of ES modules, and its folder commonjs is not. */
const programs = Object.fromEntries(
  Object.entries(apps).flatMap(([framework, app]) => {
    const { module, commonjs } = header
    const types = "import type { Cluster, ClusteredOptions } from '@clustered/core'"
    const typed = types + module(framework) + app + typedOneLiner
    return [
      [`${framework}.mjs`, module(framework) + app + oneLiner],
      [`${framework}.cjs`, commonjs(framework) + app + oneLiner],
      [`${framework}.ts`, typed],
      [`commonjs/${framework}.ts`, typed],
    ]
  }),
)

const tsx = 'node_modules/tsx/dist/cli.mjs'
const stripsTypes = Boolean((process.features as { typescript?: unknown }).typescript)

interface Way {
  name: string
  file: (framework: string) => string
  through?: string
  skip?: string | false
}

const ways: Way[] = [
  { name: 'an ES module', file: (framework) => `${framework}.mjs` },
  { name: 'CommonJS', file: (framework) => `${framework}.cjs` },
  { name: 'TypeScript under tsx', file: (framework) => `${framework}.ts`, through: tsx },
  {
    name: 'TypeScript, as CommonJS, under tsx',
    file: (framework) => `commonjs/${framework}.ts`,
    through: tsx,
  },
  {
    name: "TypeScript under Node's own type stripping",
    file: (framework) => `${framework}.ts`,
    skip: !stripsTypes && 'this Node does not strip types',
  },
]

/** Runs a tool to its end. Its output is the reason if it fails. */
async function run(command: string, args: string[], cwd: string): Promise<void> {
  try {
    await promisify(execFile)(command, args, { cwd, timeout: 120_000 })
  } catch (error) {
    const { message, stdout, stderr } = error as Error & { stdout: string; stderr: string }
    throw new Error([message, stdout, stderr].join('\n'), { cause: error })
  }
}

function writeJson(file: string, value: object): void {
  writeFileSync(path.join(project, file), JSON.stringify(value))
}

function everyDescendant(pid: number): number[] {
  return childrenOf(pid).flatMap((child) => [child, ...everyDescendant(child)])
}

function parentOf(pid: number): number {
  return Number(/^PPid:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1])
}

// Most of a program's time is waiting: two at a time halve it.
describe('the packages, installed from their tarballs', { concurrency: 2 }, () => {
  before(async () => {
    const tarballs = path.join(project, 'tarballs')
    mkdirSync(tarballs)
    const filters = packages.map((name) => `--filter=@clustered/${name}`)
    const pnpm = ['-y', '--prefer-offline', 'pnpm@12', ...filters]
    await run('npx', [...pnpm, 'pack', '--pack-destination', tarballs], workspace)
    const files = readdirSync(tarballs).map((file) => path.join(tarballs, file))
    assert.equal(files.length, packages.length)

    writeJson('package.json', { private: true, type: 'module' })
    const { devDependencies } = JSON.parse(readFileSync(path.join(workspace, 'package.json'), 'utf8'))
    const wanted = [...files, ...others.map((name) => `${name}@${devDependencies[name]}`)]
    const flags = ['--prefix', project, '--no-audit', '--no-fund', '--prefer-offline']
    await run('npm', ['install', ...flags, ...wanted], project)

    mkdirSync(path.join(project, 'commonjs'))
    writeJson('commonjs/package.json', { private: true, type: 'commonjs' })
    for (const [file, source] of Object.entries(programs)) writeFileSync(path.join(project, file), source)
  })

  after(() => rmSync(project, { recursive: true, force: true }))

  it('hold what is needed at run time, and no more', () => {
    for (const name of packages) {
      const folder = path.join(project, 'node_modules/@clustered', name)
      const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
      const surplus = files.filter((file) => /\.test\.|tsbuildinfo|(?<!\.d)\.ts$/.test(file))
      assert.deepEqual(surplus, [], name)
    }
  })

  for (const framework of Object.keys(apps))
    for (const { name, file, through, skip = false } of ways)
      it(`serve, reload and end as they should: ${framework}, ${name}`, { skip }, async (t) => {
        const entry = path.join(project, file(framework))
        const command = start(t, through ? path.join(project, through) : entry, {
          args: through ? [entry] : [],
          cwd: project,
          env: { WEB_CONCURRENCY: '2', PWD: project },
        })
        const port = await command.listens()
        const old = await pidsOf(port, 2)
        assert.equal(old.size, 2)

        // Where a tool runs the program, the primary is the tool's child. The tool passes on
        // no SIGHUP, and its patience with SIGTERM is shorter than a busy machine may need.
        const primary = parentOf([...old][0]!)
        process.kill(primary, 'SIGHUP')
        await command.sees(/reload done: every slot is on generation 2/)
        const current = await pidsOf(port, 2)
        assert.equal(new Set([...old, ...current]).size, 4, 'every worker is a new one')

        const family = everyDescendant(command.pid)
        process.kill(primary, 'SIGTERM')
        assert.equal(await command.ends(), 0)
        await eventually(() => ![...old, ...family].some(isAlive), 'no process is left')
      })

  it('run an app file that knows nothing of them, by the command', async (t) => {
    const clustered = path.join(project, 'node_modules/.bin/clustered')
    const { stdout } = await promisify(execFile)(clustered, ['--version'])
    assert.match(stdout, /^clustered\/\d+\.\d+\.\d+/)
    const app = "require('http').createServer((q, r) => r.end(String(process.pid))).listen(0)"
    writeFileSync(path.join(project, 'unaware.cjs'), app)
    const command = start(t, clustered, { args: ['start', 'unaware.cjs', '-i', '2'], cwd: project })
    assert.equal((await pidsOf(await command.listens(), 2)).size, 2)
    command.kill('SIGTERM')
    assert.equal(await command.ends(), 0)
  })

  it('give their types to ES modules and CommonJS alike', async () => {
    const files = Object.keys(programs).filter((file) => file.endsWith('.ts'))
    await compiles('consumers.json', files, { skipLibCheck: true })
  })

  it('have declarations that hold by themselves', async () => {
    const imports = libraries.map((name) => `import '@clustered/${name}'\n`)
    writeFileSync(path.join(project, 'declarations.ts'), imports.join(''))
    await compiles('declarations.json', ['declarations.ts'], { skipLibCheck: false })
  })
})

async function compiles(config: string, files: string[], more: object): Promise<void> {
  const compilerOptions = { module: 'nodenext', strict: true, types: ['node'], ...more }
  writeJson(config, { compilerOptions, files })
  await run(process.execPath, ['node_modules/typescript/bin/tsc', '--noEmit', '--project', config], project)
}
