import assert from 'node:assert/strict'
import { rmSync } from 'node:fs'
import path from 'node:path'
import { describe, it } from 'node:test'
import { Desk } from './support/desk.ts'
import { get } from './support/http.ts'
import { freePort } from './support/port.ts'
import { eventually, start } from './support/program.ts'

interface Told {
  state: string
  totals: { ready: number }
  bySlot: {
    state: string
    failures: number
    nextBoot?: number
    lastFailure?: { reason: string; lastWords: string }
  }[]
  health: { code: number; why: string }
}

/** Its workers die of the first request, and cannot boot again until somebody mends it. */
const fragile = `
const fs = require('fs')
if (fs.existsSync('broken')) {
  console.error('no database at db.internal')
  process.exit(3)
}
require('http').createServer((request, response) => {
  if (request.url !== '/die') return response.end('fine')
  fs.writeFileSync('broken', '')
  process.exit(7)
}).listen(process.env.PORT)`

describe('clustered health', () => {
  it('tells a cluster that serves from one that has lost its workers, and why it has', async (t) => {
    const desk = new Desk(t)
    const port = await freePort()
    desk.env['PORT'] = String(port)
    desk.write('app.js', fragile)
    const child = desk.spawn(['start', 'app.js', '-i', '2', '--name', 'shop'])
    let log = ''
    child.stderr!.on('data', (text: Buffer) => (log += text.toString()))
    await eventually(() => log.includes('listening on'), 'it listens')
    const well = await desk.run('health', 'shop')
    assert.deepEqual([well.code, well.stdout], [0, 'shop is ready: 2 of 2 workers\n'])

    for (let alive = 2; alive > 0; alive--) await get(port, '/die').catch(() => {})
    let told: Told | undefined
    await eventually(async () => {
      told = await desk.json<Told>('health', 'shop')
      return told.totals.ready === 0 && told.bySlot.every(({ failures }) => failures >= 3)
    }, 'both slots are empty')
    assert.equal(told!.state, 'degraded')
    assert.deepEqual(
      told!.bySlot.map(({ lastFailure }) => [lastFailure?.reason, lastFailure?.lastWords]),
      Array.from({ length: 2 }, () => ['exit code 3', 'no database at db.internal']),
    )
    assert.equal(told!.health.code, 1)
    const ill = await desk.run('health', 'shop')
    assert.equal(ill.code, 1)
    assert.match(
      ill.stdout,
      /^shop is degraded: 0 of 2 workers; slot \d: exit code 3, no database at db\.internal\n$/,
    )
    assert.match((await desk.run('list')).stdout, /shop +\d+ +degraded +0\/2 .* \d s ago /)
    assert.match(
      (await desk.run('describe', 'shop')).stdout,
      /slot 1 is (empty|booting), \d failures in a row[^]*ago: exit code 3 \(pid \d+, generation 1\)\n {4}no database/,
    )

    const several = await desk.run('health', 'all', 'nothing')
    assert.equal(several.code, 3, 'the worst')
    assert.match(several.stdout, /^shop is degraded: .*\nnothing does not run, .*\n$/)
    rmSync(path.join(desk.project, 'broken'))
    await eventually(async () => (await desk.run('health', 'shop')).code === 0, 'it is ready again')
    assert.equal((await get(port)).body, 'fine')
    child.kill('SIGTERM')
    await eventually(async () => (await desk.run('health', 'shop')).code === 3, 'it does not run')
    assert.match(
      (await desk.run('health', 'shop')).stdout,
      /^shop does not run, as far as this user can see\. [^\n]*\n$/,
    )
  })

  it('does not take a program that cannot be asked for one that does not run', async (t) => {
    const desk = new Desk(t)
    // Neither folder can be one for sockets.
    desk.write('file', '')
    const nowhere = path.join(desk.project, 'file')
    const program = start(t, 'server.js', {
      env: { XDG_RUNTIME_DIR: nowhere, TMPDIR: nowhere, OPTIONS: '{"workers":1}' },
    })
    await program.sees(/no control socket, .*set XDG_RUNTIME_DIR to a folder/)
    await program.listens()
    const { code, stdout } = await desk.run('health', String(program.pid))
    assert.equal(code, 4)
    assert.match(
      stdout,
      / runs \(pid \d+, 1 worker\), and no control socket of it is known here.*set XDG_RUNTIME_DIR/,
    )
  })
})
