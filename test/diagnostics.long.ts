import assert from 'node:assert/strict'
import http from 'node:http'
import { describe, it } from 'node:test'
import { get } from './support/http.ts'
import { eventually, type Program, start } from './support/program.ts'

/** What subscribers were told in processes of that role, one line each. */
function told(program: Program, role: 'primary' | 'worker' | 'single'): string[] {
  return [...program.output.matchAll(new RegExp(`^told ${role} clustered:(.*)$`, 'gm'))].map(
    ([, line]) => line!,
  )
}

/** A request that nobody answers. */
async function ask(port: number, path: string): Promise<http.ClientRequest> {
  const request = http.get({ host: '127.0.0.1', port, path, agent: false })
  request.on('error', () => {})
  await new Promise((resolve) => request.once('finish', resolve))
  return request
}

describe('channels', () => {
  it('tell every step of the life cycle, in the primary and in the workers', async (t) => {
    const program = start(t, 'diagnostics.js', {
      env: { OPTIONS: '{"workers":1,"hangTimeout":1000,"reload":{"soak":0}}' },
    })
    const port = await program.listens()
    await program.sees(/told worker clustered:ready: slot=0/)

    const held = await ask(port, '/held')
    await eventually(async () => (await get(port)).status === 503, 'a request is shed')
    held.destroy()

    assert.equal((await get(port, '/crash')).status, 500)
    await program.sees(/told primary clustered:worker:exit: .*exit code 1/)

    const before = program.output.length
    program.kill('SIGHUP')
    await program.sees(/told primary clustered:reload:done/, before)
    program.kill('SIGTTIN')
    await program.sees(/told primary clustered:scale: workers=2 step="asked"/)
    await program.sees(/told primary clustered:worker:ready: worker=slot 1/)

    const spinning = await ask(port, '/spin')
    await program.sees(/told primary clustered:worker:hung/)
    await program.sees(/told primary clustered:worker:exit: .*killed: hung/)
    spinning.destroy()
    program.kill('SIGTERM')
    assert.equal(await program.ends(), 0)

    const primary = told(program, 'primary')
    const has = (line: RegExp): boolean => primary.some((one) => line.test(one))
    for (const line of [
      /^worker:boot: worker=slot 0$/,
      /^worker:ready: worker=slot 0 bootTime=\d+$/,
      /^worker:lead: worker=slot 0$/,
      /^worker:crash: worker=slot 0 error="crashed as told"$/,
      /^worker:drain: worker=slot 0 reason="crash"$/,
      /^worker:drain: worker=slot 0 reason="reload"$/,
      /^worker:exit: worker=slot 0 exit="drained"$/,
      /^reload:start: generation=2$/,
      /^reload:done: generation=2$/,
      /^state: state="ready"$/,
      /^state: state="degraded"$/,
      /^state: state="closing"$/,
      /^close: reason="SIGTERM"$/,
    ])
      assert.ok(has(line), `${line} among\n${primary.join('\n')}`)

    const worker = told(program, 'worker')
    for (const line of [
      'ready: slot=0',
      'ready: slot=1',
      'lead: slot=0',
      'shed: slot=0 response=a response',
      'crash: slot=0 error=crashed as told request="GET /crash" contained=true',
      'drain: slot=0 timeout=10000',
      'drained: slot=0',
    ])
      assert.ok(worker.includes(line), `${line} among\n${worker.join('\n')}`)
    assert.ok(!primary.some((line) => worker.includes(line)), 'no channel is of both')
  })

  it('bear subscribers that throw and that reject, from the first boot on, in every process', async (t) => {
    const program = start(t, 'diagnostics.js', {
      env: { OPTIONS: '{"workers":1,"crash":"exit"}', FAILS: '1' },
    })
    const port = await program.listens()
    const workers = program.workers()
    await program.sees(/told worker clustered:ready/)
    await program.sees(/a subscriber of 'clustered:worker:boot' failed; the cluster goes on/)
    await program.sees(/a subscriber of 'clustered:ready' failed: Error: subscriber of clustered:ready/)
    assert.equal((await get(port)).status, 200)
    assert.deepEqual(program.workers(), workers)
    program.kill('SIGTERM')
    assert.equal(await program.ends(), 0)
    assert.match(program.output, /told worker clustered:drained/)
    assert.doesNotMatch(program.output, /UNCAUGHT/)
  })

  it('tell in single mode what a process does that serves', async (t) => {
    const program = start(t, 'diagnostics.js', { env: { OPTIONS: '{"workers":0}' } })
    await get(await program.listens())
    program.kill('SIGTERM')
    assert.equal(await program.ends(), 0)
    assert.deepEqual(told(program, 'single'), [
      'ready: slot=0',
      'lead: slot=0',
      'drain: slot=0 timeout=10000',
      'drained: slot=0',
    ])
  })
})
