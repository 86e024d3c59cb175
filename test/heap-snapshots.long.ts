import assert from 'node:assert/strict'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import { describe, it } from 'node:test'
import { get } from './support/http.ts'
import { eventually, start } from './support/program.ts'
import { temporaryFolder } from './support/temporary-folder.ts'

/** How long (in ms) a snapshot must take at least for these tests to show anything: the primary's patience. */
const tooLong = 3000
const env = { OPTIONS: '{"workers":1,"hangTimeout":1000,"lagWarning":0}' }

/** Whether it is complete: a snapshot is one JSON object. */
function isComplete(file: string): boolean {
  return statSync(file).size > 0 && /\}\s*$/.test(readFileSync(file, 'latin1').slice(-10))
}

describe('a worker that takes a heap snapshot is not hung', () => {
  it('by v8.writeHeapSnapshot', async (t) => {
    const folder = temporaryFolder()
    const program = start(t, 'heap.js', { env })
    const port = await program.listens()
    await get(port, '/grow?objects=300000')
    const file = path.join(folder, 'mine')
    // Without a timeout: on a busy machine it takes half a minute.
    const answer = await fetch(`http://127.0.0.1:${port}/write?file=${encodeURIComponent(file)}`)
    const took = Number(await answer.text())
    t.diagnostic(`it took ${took} ms`)
    assert.ok(isComplete(file))
    assert.doesNotMatch(program.output, /hangs|is gone/)
    assert.ok(took > tooLong, 'it took long enough')
  })

  it('by v8.getHeapSnapshot', async (t) => {
    const program = start(t, 'heap.js', { env })
    const port = await program.listens()
    await get(port, '/grow?objects=300000')
    assert.equal(await (await fetch(`http://127.0.0.1:${port}/get`)).text(), 'got')
    assert.doesNotMatch(program.output, /hangs|is gone/)
  })

  it('at the signal of --heapsnapshot-signal', async (t) => {
    const folder = temporaryFolder()
    const nodeArgs = ['--heapsnapshot-signal=SIGUSR2', `--diagnostic-dir=${folder}`]
    const program = start(t, 'heap.js', { env, nodeArgs, cwd: folder })
    const port = await program.listens()
    await get(port, '/grow?objects=300000')
    const [worker] = program.workers()
    process.kill(worker!, 'SIGUSR2')
    await eventually(() => readdirSync(folder).length === 1, 'a file')
    assert.equal(await (await fetch(`http://127.0.0.1:${port}`)).text(), 'done')
    assert.ok(isComplete(path.join(folder, readdirSync(folder)[0]!)))
    assert.deepEqual(program.workers(), [worker])
    assert.doesNotMatch(program.output, /hangs|is gone/)
  })

  it('near the limit of its heap', async (t) => {
    const folder = temporaryFolder()
    const nodeArgs = ['--heapsnapshot-near-heap-limit=1', '--max-old-space-size=80']
    const program = start(t, 'heap.js', { env, nodeArgs, cwd: folder })
    const port = await program.listens()
    await get(port, '/leak')
    await program.sees(/is gone/)
    const [name] = readdirSync(folder)
    // What comes after it, an endless collection of garbage, may well count as a hang.
    assert.ok(isComplete(path.join(folder, name!)))
  })
})
