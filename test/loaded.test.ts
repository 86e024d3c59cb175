import assert from 'node:assert/strict'
import { once } from 'node:events'
import path from 'node:path'
import { describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { get } from './support/http.ts'
import { start } from './support/program.ts'

const lib = fileURLToPath(new URL('../../packages/core/lib', import.meta.url))

/** To load any of these takes time in each boot, and memory in each process. */
const spared = ['crypto', 'http2', 'https', 'tls', 'fs/promises', 'readline', 'zlib']

interface Loaded {
  files: string[]
  builtin: string[]
}

/** Those of core, from its folder on. */
function ownFiles({ files }: Loaded): string[] {
  return files.flatMap((file) => (file.startsWith(lib) ? path.relative(lib, file) : [])).sort()
}

describe('a process', () => {
  it('loads what it needs for what it does, in a few files, and the rest when it is needed', async (t) => {
    const program = start(t, 'loaded.cjs')
    const [said] = (await once(program.child, 'message')) as [string]
    const primary = JSON.parse(said) as Loaded
    const worker = JSON.parse((await get(await program.listens())).body) as Loaded
    const both = ['index.js', 'own-files.js', 'primary/supervise.js', 'telemetry/worker/worker-metrics.js']
    const shared = ['common', 'rolldown-runtime', 'small'].map((name) => `shared/${name}.js`)
    assert.deepEqual(
      ownFiles(worker),
      [...both, ...shared, 'shared/worker.js', 'worker/compile-cache.js', 'worker/preload.js'].sort(),
    )
    const ofPrimary = ownFiles(primary)
    assert.ok(ofPrimary.length < 20, ofPrimary.join())
    assert.deepEqual(
      ofPrimary.filter((file) => file.includes('worker/') && !both.includes(file)),
      [],
    )
    assert.deepEqual(
      spared.filter((name) => worker.builtin.includes(`NativeModule ${name}`)),
      [],
    )
  })
})
