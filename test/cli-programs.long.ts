/** `clustered start --no-listen`, and what else is done with what it has started. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { it } from 'node:test'
import { Desk, type Listed } from './support/desk.ts'
import { Queue } from './support/queue.ts'
import { check } from './support/unserving.ts'

it('clustered start --no-listen runs a consumer and a script as daemons, and a script to its end', async (t) => {
  const desk = new Desk(t)
  const queue = await Queue.open(t)
  for (const app of ['consumer', 'script'])
    desk.write(
      `${app}.cjs`,
      readFileSync(new URL(`../fixtures/programs/${app}.cjs`, import.meta.url), 'utf8'),
    )
  desk.write('.env', `PORT=${queue.port}\nCODES=7\nWEB_CONCURRENCY=3\n`)
  const asDaemon = ['--no-listen', '--daemon', '--ready-after', '100', '--reload-soak', '100']

  const started = await desk.run('start', 'consumer.cjs', ...asDaemon, '--env-file', '.env')
  assert.equal(started.code, 0, started.stderr)
  assert.match(started.stdout, /consumer.* runs: 1 worker, primary pid/)
  const [listed] = await desk.json<(Listed & { address: null; listen: boolean })[]>('list')
  const { state, slots, address, listen } = listed!
  assert.deepEqual(
    { state, slots, address, listen },
    { state: 'ready', slots: 1, address: null, listen: false },
  )
  assert.equal((await desk.run('reload', 'consumer')).code, 0)
  await queue.works(2)
  assert.equal((await desk.run('stop', 'consumer')).code, 0)
  check(queue, 0)

  // It is found, and runs again, when it has ended.
  const script = await desk.run('start', 'script.cjs', ...asDaemon)
  assert.equal(script.code, 0, script.stderr)
  const again = await desk.run('reload', 'script')
  assert.equal(again.code, 0, again.stderr)
  const { bySlot } = await desk.json<{ bySlot: { state: string }[] }>('describe', 'script')
  assert.deepEqual(
    bySlot.map((slot) => slot.state),
    ['finished'],
  )
  assert.match((await desk.run('list')).stdout, /script +\d+ +finished/)
  const health = await desk.run('health', 'script')
  assert.deepEqual({ code: health.code, said: health.stdout }, { code: 0, said: 'script is finished\n' })
  const { stdout } = await desk.run('logs', 'script')
  assert.equal(stdout.match(/it runs/g)?.length, 2)
  assert.equal((await desk.run('stop', 'script')).code, 0)

  const ran = await desk.run('start', 'script.cjs', '--no-listen', '--env-file', '.env')
  assert.equal(ran.code, 7)
  const wrong = await desk.run('start', 'script.cjs', '--restart', 'never')
  assert.match(wrong.stderr, /restart: 'never' is for programs that do not listen.*--no-listen/)
})
