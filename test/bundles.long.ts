import assert from 'node:assert/strict'
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { before, describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { build, type BuildOptions } from 'esbuild'
import { get, pidsOf } from './support/http.ts'
import { start } from './support/program.ts'
import { temporaryFolder } from './support/temporary-folder.ts'

const folder = temporaryFolder()

const requires =
  "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);"

async function bundle(file: string, more: BuildOptions): Promise<string> {
  const outfile = path.join(folder, file)
  const entry = fileURLToPath(new URL('../fixtures/bundled.js', import.meta.url))
  await build({ entryPoints: [entry], bundle: true, platform: 'node', outfile, ...more })
  return outfile
}

describe('one file with everything inside', () => {
  before(() => writeFileSync(path.join(folder, 'package.json'), '{"type":"commonjs"}'))

  const kinds: Record<string, BuildOptions> = {
    'server.js': { format: 'cjs' },
    'server.mjs': { format: 'esm', banner: { js: requires } },
    'smallest.js': { format: 'cjs', minify: true },
  }
  for (const [file, options] of Object.entries(kinds))
    it(`serves, contains a crash, reloads and ends, and says what it lacks: ${file}`, async (t) => {
      const program = start(t, await bundle(file, options), { args: ['one', 'two'] })
      const port = await program.listens()
      assert.equal((await pidsOf(port, 2)).size, 2)
      assert.equal((await get(port, '/arguments')).body, 'one two')
      // Its drain is as long as this request.
      const slow = get(port, '/slow')
      assert.equal((await get(port, '/crash')).status, 500)
      await program.sees(/is gone: exit code 1, Error: crashed as told/)
      program.kill('SIGHUP')
      await program.sees(/reload done/)
      assert.equal((await slow).body, 'slow')
      program.kill('SIGTERM')
      assert.equal(await program.ends(), 0)
      assert.equal(
        program.output.match(/warning: .*bundled with @clustered\/core inside.*external/g)?.length,
        1,
      )
    })

  const skip = Number.parseInt(process.versions.node, 10) < 26 && 'this Node does not make them'
  it('is served from a single executable, with its own arguments', { skip }, async (t) => {
    const main = await bundle('executable.js', { format: 'cjs' })
    const output = path.join(folder, 'executable')
    const config = path.join(folder, 'sea.json')
    writeFileSync(config, JSON.stringify({ main, output, disableExperimentalSEAWarning: true }))
    await promisify(execFile)(process.execPath, ['--build-sea', config])
    const child = spawn(output, ['one', 'two'], { stdio: ['ignore', 'inherit', 'pipe'] })
    t.after(() => child.kill('SIGKILL'))
    const ended = once(child, 'exit')
    let seen = ''
    for await (const text of child.stderr.setEncoding('utf8')) {
      seen += text
      const port = Number(/listening on \S*:(\d+), 2 workers/.exec(seen)?.[1])
      if (!port || child.killed) continue
      assert.equal((await pidsOf(port, 2)).size, 2)
      assert.equal((await get(port, '/arguments')).body, 'one two')
      child.kill('SIGTERM')
    }
    assert.deepEqual(await ended, [0, null])
  })
})

describe('what is not Node.js is refused by name', () => {
  const runtimes = { bun: /this is Bun 1\.2\.3/, deno: /this is Deno 1\.2\.3, .*CLUSTERED_WORKERS/ }
  for (const [name, message] of Object.entries(runtimes))
    it(name, async (t) => {
      const versions = `{value:{...process.versions,${name}:'1.2.3'}}`
      const preload = `data:text/javascript,Object.defineProperty(process,'versions',${versions})`
      const program = start(t, 'server.js', { nodeArgs: ['--import', preload] })
      assert.equal(await program.ends(), 1)
      assert.match(program.output, message)
      assert.match(program.output, /ERR_CLUSTERED_NOT_NODE/)
    })
})
