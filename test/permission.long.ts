import assert from 'node:assert/strict'
import { realpathSync } from 'node:fs'
import path from 'node:path'
import { describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { get, pidsOf } from './support/http.ts'
import { eventually, start } from './support/program.ts'

const flags = process.allowedNodeEnvironmentFlags
const model = flags.has('--permission') ? '--permission' : '--experimental-permission'
/** Node 20 has no flag for it, and refuses it nowhere. */
const net = flags.has('--allow-net') ? ['--allow-net'] : []
const root = realpathSync(fileURLToPath(new URL('../..', import.meta.url)))
const read = `--allow-fs-read=${path.join(root, '/')}`

describe("under Node's permission model", () => {
  it('serves without threads, and says once what that costs', async (t) => {
    const program = start(t, 'server.js', {
      env: { OPTIONS: '{"workers":2,"hangTimeout":1000,"lagWarning":0}' },
      nodeArgs: [model, read, '--allow-child-process', ...net],
    })
    const port = await program.listens()
    assert.equal((await pidsOf(port, 2)).size, 2)
    assert.equal(program.output.match(/without --allow-worker a hung worker/g)?.length, 1)
    const before = program.workers()
    await assert.rejects(get(port, '/spin'))
    await program.sees(/is gone: killed: hung: no heartbeat/)
    await eventually(() => program.workers().length === 2, 'another one boots')
    assert.equal(program.workers().filter((pid) => before.includes(pid)).length, 1)
    program.kill('SIGTERM')
    assert.equal(await program.ends(), 0)
  })

  it('kills a hung worker without its stack where only the inspector is refused', async (t) => {
    const program = start(t, 'server.js', {
      env: { OPTIONS: '{"workers":1,"hangTimeout":1000,"lagWarning":0}' },
      nodeArgs: [model, read, '--allow-child-process', '--allow-worker', ...net],
    })
    const port = await program.listens()
    await assert.rejects(get(port, '/spin'))
    await program.sees(/at a place that is not known: the permission[^]*is gone: killed: hung for \d+ ms/)
    assert.equal((await get(port)).body, 'hello')
  })

  it('ends with exit code 1, and says once which flags are missing', async (t) => {
    const program = start(t, 'server.js', { nodeArgs: [model, read] })
    assert.equal(await program.ends(), 1)
    assert.match(program.output, /ERR_CLUSTERED_NOT_PERMITTED/)
    assert.equal(program.output.match(/Add --allow-child-process/g)?.length, 1)
    if (net.length > 0) assert.match(program.output, /--allow-net \(the primary opens the port\)/)
  })
})
