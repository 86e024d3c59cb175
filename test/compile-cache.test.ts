import assert from 'node:assert/strict'
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import module from 'node:module'
import path from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { get } from './support/http.ts'
import { eventually, type Program, start } from './support/program.ts'
import { temporaryFolder } from './support/temporary-folder.ts'

const core = import.meta.resolve('@clustered/core')
const nodeHasOne = 'enableCompileCache' in module
const isRoot = process.getuid?.() === 0
const nobody = 65534

/** A CommonJS and an ES module, and where Node has its cache; workers get the environment that is in `env.json`. */
const server = `
  import { existsSync, readFileSync } from 'node:fs'
  import cluster from 'node:cluster'
  import module from 'node:module'
  import { clustered } from ${JSON.stringify(core)}
  import cjs from './cjs.cjs'
  import esm from './esm.mjs'
  // Node says the folder of its version in it.
  const cache = module.getCompileCacheDir?.()?.replace(/.v\\d+\\.[^/]*$/, '') ?? null
  if (cluster.isWorker && cache && existsSync('v8-cannot-read-it')) process.kill(process.pid, 'SIGTRAP')
  const current = clustered(
    (request, response) => response.end(JSON.stringify({ cjs, esm, cache, pid: process.pid })),
    { workers: 1, reload: { soak: 0 }, env: () => JSON.parse(readFileSync('env.json')), ...JSON.parse(process.env.OPTIONS) },
  ).listen(0)
  if (cluster.isPrimary)
    process.on('message', (call) => current[call]().then(() => process.send('ok'), ({ code, message }) =>
      process.send({ code, message })))
`

interface Told {
  cjs: string
  esm: string
  cache: string | null
  pid: number
}

class App {
  readonly folder: string = temporaryFolder()
  readonly cacheHome: string = path.join(this.folder, 'home', 'cache')
  /** The default. */
  readonly cache: string = path.join(this.cacheHome, 'clustered')
  readonly program: Program
  /** A pipe that is full would lose some of what Node writes there. */
  readonly #debugLog: string = path.join(this.folder, 'debug.log')
  readonly #redirect: string = path.join(this.folder, 'redirect.cjs')

  constructor(t: TestContext, options: object = {}) {
    writeFileSync(path.join(this.folder, 'server.mjs'), server)
    this.write('one')
    writeFileSync(
      this.#redirect,
      `const fs = require('fs'); fs.closeSync(2); fs.openSync(${JSON.stringify(this.#debugLog)}, 'a')`,
    )
    this.giveWorkers({ NODE_OPTIONS: `--require ${this.#redirect}`, NODE_DEBUG_NATIVE: 'COMPILE_CACHE' })
    this.program = start(t, path.join(this.folder, 'server.mjs'), {
      cwd: this.folder,
      env: {
        OPTIONS: JSON.stringify(options),
        XDG_CACHE_HOME: this.cacheHome,
        TMPDIR: this.folder,
        NODE_COMPILE_CACHE: undefined,
        NODE_DISABLE_COMPILE_CACHE: undefined,
        NODE_V8_COVERAGE: undefined,
      },
    })
  }

  /** Both modules say this. */
  write(version: string): void {
    writeFileSync(path.join(this.folder, 'cjs.cjs'), `module.exports = '${version}'`)
    writeFileSync(path.join(this.folder, 'esm.mjs'), `export default '${version}'`)
  }

  giveWorkers(env: Record<string, string>): void {
    writeFileSync(path.join(this.folder, 'env.json'), JSON.stringify(env))
  }

  /** What Node says in workers of its cache. */
  get debugLog(): string {
    return readFileSync(this.#debugLog, 'utf8')
  }

  async ask(): Promise<Told> {
    return JSON.parse((await get(await this.program.listens())).body) as Told
  }

  /** @returns what the new worker says. */
  async reload(): Promise<Told> {
    const { pid } = await this.ask()
    assert.equal(await this.program.call('reload'), 'ok')
    let told = await this.ask()
    await eventually(async () => (told = await this.ask()).pid !== pid, 'the new worker answers')
    return told
  }

  filesIn(cache: string): string[] {
    return readdirSync(cache, { recursive: true, withFileTypes: true }).flatMap((entry) =>
      entry.isFile() ? path.join(entry.parentPath, entry.name) : [],
    )
  }
}

describe('the compile cache', { skip: !nodeHasOne && 'this Node has none' }, () => {
  it('spares the next boot what one has compiled, serves no code of yesterday, and fails no boot', async (t) => {
    const app = new App(t)
    const { program, cache } = app
    const { pid, ...told } = await app.ask()
    assert.deepEqual(told, { cjs: 'one', esm: 'one', cache })
    assert.equal(statSync(cache).mode & 0o777, 0o700)

    // A process that is killed writes nothing at its end.
    const since = app.debugLog.length
    process.kill(pid, 'SIGKILL')
    await eventually(async () => {
      const next = await app.ask().catch(() => undefined)
      return next !== undefined && next.pid !== pid
    }, 'another worker answers')
    for (const file of ['shared/common.js', 'shared/worker.js', 'cjs.cjs', 'esm.mjs'])
      assert.match(app.debugLog.slice(since), new RegExp(`/${file} was accepted`))
    // To write takes time: the first worker of a release does it for all of them.
    const written = () => app.debugLog.match(/flushCompileCache\(\) requested/g)?.length
    assert.equal(written(), 1)

    // Of the same length.
    app.write('two')
    assert.deepEqual({ ...(await app.reload()), pid }, { cjs: 'two', esm: 'two', cache, pid })
    assert.equal(written(), 2)

    for (const [index, file] of app.filesIn(cache).entries())
      if (index % 2) truncateSync(file, statSync(file).size / 2)
      else writeFileSync(file, Buffer.alloc(statSync(file).size, 'x'), { flag: 'r+' })
    assert.equal((await app.reload()).esm, 'two')

    rmSync(cache, { recursive: true })
    assert.equal((await app.reload()).cjs, 'two')
    assert.ok(app.filesIn(cache).length > 5)

    // It is not to grow with each release: what is oldest goes first.
    const others = app.filesIn(cache)
    const old = path.join(path.dirname(others[0]!), '00000000')
    writeFileSync(old, '')
    truncateSync(old, 200 * 1024 ** 2)
    utimesSync(old, 1, 1)
    await app.reload()
    await eventually(() => !existsSync(old), 'the oldest file is removed')
    assert.deepEqual(
      others.filter((file) => !existsSync(file)),
      [],
    )

    writeFileSync(path.join(app.folder, 'v8-cannot-read-it'), '')
    const failed = await program.call('reload')
    assert.equal((failed as { code?: string }).code, 'ERR_CLUSTERED_RELOAD_FAILED')
    await program.sees(/ended by SIGTRAP, .* workers do without it from now on/)
    assert.deepEqual(app.filesIn(cache), [])
    assert.equal((await app.reload()).cache, null)
  })

  it("leaves Node's own variables alone, and does without where coverage is taken", async (t) => {
    const app = new App(t)
    assert.equal((await app.ask()).cache, app.cache)
    const theirs = path.join(app.folder, 'theirs')
    app.giveWorkers({ NODE_COMPILE_CACHE: theirs })
    assert.equal((await app.reload()).cache, theirs)
    app.giveWorkers({ NODE_DISABLE_COMPILE_CACHE: '1' })
    assert.equal((await app.reload()).cache, null)
    app.giveWorkers({ NODE_V8_COVERAGE: path.join(app.folder, 'coverage') })
    assert.equal((await app.reload()).cache, null)
  })

  it('is used in no folder that somebody else could write to', async (t) => {
    const app = new App(t, { compileCache: 'given' })
    const given = path.join(app.folder, 'given')
    const warnings = () => app.program.output.match(/compileCache: .*/g)?.length ?? 0
    assert.equal((await app.ask()).cache, given)
    assert.ok(!existsSync(app.cache))
    chmodSync(given, 0o777)
    assert.equal((await app.reload()).cache, null)
    await app.program.sees(/compileCache: \S+ can be written to by others .*Workers do without/)
    rmSync(given, { recursive: true })
    writeFileSync(given, 'a file')
    assert.equal((await app.reload()).cache, null)
    assert.equal(warnings(), 1)
    if (!isRoot) return
    rmSync(given)
    mkdirSync(given, { mode: 0o700 })
    chownSync(given, nobody, nobody)
    assert.equal((await app.reload()).cache, null)
  })

  it('is where this user can have a folder', { skip: !isRoot && 'gives a folder away' }, async (t) => {
    const app = new App(t)
    assert.equal((await app.ask()).cache, app.cache)
    chownSync(app.cache, nobody, nobody)
    const temporary = path.join(app.folder, 'clustered-0', 'compile-cache')
    assert.equal((await app.reload()).cache, temporary)
    chownSync(path.dirname(temporary), nobody, nobody)
    assert.equal((await app.reload()).cache, null)
  })
})

describe('without a compile cache', () => {
  it('workers boot as ever, and no folder is made', async (t) => {
    const app = new App(t, nodeHasOne ? { compileCache: false } : {})
    assert.equal((await app.ask()).cache, null)
    app.write('two')
    assert.equal((await app.reload()).cjs, 'two')
    assert.ok(!existsSync(app.cacheHome))
  })
})
