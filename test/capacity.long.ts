import assert from 'node:assert/strict'
import { symlinkSync } from 'node:fs'
import path from 'node:path'
import { it } from 'node:test'
import type { ScaleStep } from '@clustered/core'
import { Desk } from './support/desk.ts'
import { load, mixedClients, nodeClients } from './support/load.ts'
import { eventually, start } from './support/program.ts'
import { fileURLToPath } from 'node:url'

const modules = fileURLToPath(new URL('../../node_modules', import.meta.url))
const times = { busy: 2000, idle: 3000, rest: 1000 }

it('workers become more when they are busy and fewer when they are not, and no request fails', async (t) => {
  const program = start(t, 'held.js', {
    env: { OPTIONS: '{"workers":{"min":1,"max":2}}', TIMES: JSON.stringify(times) },
  })
  const port = await program.listens()
  assert.match(program.output, /listening on \S+, 1 worker,/)
  const steps = (): (ScaleStep & { workers: number })[] =>
    [...program.output.matchAll(/^scale: (.*)$/gm)].map(([, step]) => JSON.parse(step!))
  const steady = load(mixedClients(1, { port }, { path: '/wait?ms=100', expect: 'done' }))
  // On connections of their own: those that are open already stay where they are.
  const heavy = load(nodeClients(6, { port }, { path: '/hold?ms=20', expect: 'done' }, false), {
    hurried: true,
  })

  await program.sees(/scale to 2 workers \(1 before\): utilization (1\.00|0\.\d\d) over 2 s/)
  await program.sees(/worker 1 \S+ \d+\) is ready/)
  await heavy.stop()
  await program.sees(/scale to 1 worker \(2 before\): utilization 0\.\d\d over 3 s/)
  await program.sees(/worker 1 .* is gone: drained/)
  await steady.stop()

  assert.deepEqual([...heavy.failures, ...steady.failures], [])
  const [up, down] = steps()
  assert.ok(up!.utilization! > 0.8 && down!.utilization! < 0.3, JSON.stringify(steps()))
  assert.deepEqual(
    steps().map(({ workers, from, reason, over }) => [workers, from, reason, over]),
    [
      [2, 1, 'busy', 2000],
      [1, 2, 'idle', 3000],
    ],
  )
  assert.equal(program.workers().length, 1)
})

it('the command shows what a program in its code asks for, and what was asked for since', async (t) => {
  const desk = new Desk(t)
  symlinkSync(modules, path.join(desk.project, 'node_modules'))
  desk.write(
    'app.mjs',
    `import { clustered } from '@clustered/core'
clustered((request, response) => response.end('served'), { workers: { min: 1, max: 3 } }).listen(0)`,
  )
  const child = desk.spawn(['start', 'app.mjs'])
  let log = ''
  child.stderr!.on('data', (text: Buffer) => (log += text.toString()))
  const workers = async (): Promise<string | undefined> =>
    /^workers +(.*)$/m.exec((await desk.run('describe', 'app')).stdout)?.[1]
  await eventually(() => log.includes('listening on'), 'it listens')
  await eventually(
    async () => (await workers()) === '1, 1 to 3 as the load needs',
    `as the code says: ${log}`,
  )
  assert.doesNotMatch(log, /not used/)
  assert.equal(
    (await desk.run('scale', 'app', '2')).stdout,
    'app: 2 workers (1 before), until the next reload\n',
  )
  assert.equal(await workers(), '2, as asked for; 1 to 3 as the load needs from the next reload on')
  assert.equal((await desk.run('reload', 'app')).code, 0)
  assert.equal(await workers(), '2, 1 to 3 as the load needs')
  const { bounds } = await desk.json<{ bounds: object }>('describe', 'app')
  assert.deepEqual(bounds, { min: 1, max: 3, held: false })
})
