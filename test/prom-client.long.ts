import assert from 'node:assert/strict'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { get } from './support/http.ts'
import { eventually, type Program, start } from './support/program.ts'
import { temporaryFolder } from './support/temporary-folder.ts'

interface Series {
  labels: Record<string, string>
  value?: number
  counts?: number[]
  sum?: number
}

interface Metric {
  name: string
  type: string
  series: Series[]
}

function run(t: TestContext, file: string, options: object = {}): Program {
  return start(t, `metered/${file}`, {
    env: { OPTIONS: JSON.stringify({ workers: 2, reload: { soak: 0 }, ...options }) },
    nodeArgs: file.endsWith('.mts') ? ['--import', 'tsx'] : [],
  })
}

async function ask(program: Program, what: string): Promise<unknown> {
  const answer = once(program.child, 'message')
  program.child.send(what)
  return ((await answer) as unknown[])[0]
}

async function metricsOf(program: Program): Promise<Metric[]> {
  return (await ask(program, 'metrics')) as Metric[]
}

/** The series of one name; none where there is none. */
async function seriesOf(program: Program, name: string): Promise<Series[]> {
  return (await metricsOf(program)).find((metric) => metric.name === name)?.series ?? []
}

async function valueOf(program: Program, name: string): Promise<number | undefined> {
  return (await seriesOf(program, name))[0]?.value
}

async function becomes(program: Program, name: string, value: number | undefined): Promise<void> {
  await eventually(async () => (await valueOf(program, name)) === value, `${name} is ${value}`)
}

/** The name of a file that is not there yet. */
function fileIn(): string {
  return path.join(temporaryFolder(), 'file')
}

async function count(port: number, times: number): Promise<void> {
  for (let counted = 0; counted < times; counted++) assert.equal((await get(port, '/count')).body, 'counted')
}

describe("the app's own metrics of prom-client", () => {
  it('are merged, and counters never fall: not at a reload, a crash, or a kill', async (t) => {
    const program = run(t, 'imported.js')
    const port = await program.listens()
    // What is counted at the end of a drain is told as well.
    const file = fileIn()
    await count(port, 39)
    const held = get(port, `/count?until=${file}`)
    const [, pid] = await program.sees(/held by (\d+);/)
    program.kill('SIGHUP')
    await program.sees(new RegExp(`pid ${pid}\\) drains: reload`))
    writeFileSync(file, '')
    assert.equal((await held).body, 'counted')
    await program.sees(/reload done/)
    await eventually(() => program.workers().length === 2, 'the old workers are gone')
    assert.deepEqual(await seriesOf(program, 'app_orders_total'), [{ labels: { kind: 'any' }, value: 40 }])
    assert.deepEqual(await seriesOf(program, 'app_job_seconds'), [
      { labels: {}, counts: [0, 40, 0], sum: 200 },
    ])
    assert.deepEqual(await seriesOf(program, 'app_mail_seconds'), [{ labels: {}, counts: [40], sum: 80 }])

    await count(port, 3)
    assert.equal((await get(port, '/crash')).status, 500)
    await program.sees(/is gone: exit code 1/)
    await becomes(program, 'app_orders_total', 43)

    await count(port, 7)
    await becomes(program, 'app_orders_total', 50)
    const [killed] = program.workers()
    process.kill(killed!, 'SIGKILL')
    await eventually(() => !program.workers().includes(killed!), 'it is gone')
    assert.equal(await valueOf(program, 'app_orders_total'), 50)
    await becomes(program, 'app_workers', 2)
    await count(port, 1)
    await becomes(program, 'app_orders_total', 51)
    assert.doesNotMatch(program.output, /fell|gone: app/)
  })

  it('have gauges as their aggregator says, and those that the app removes are gone', async (t) => {
    const program = run(t, 'imported.js')
    const port = await program.listens()
    await becomes(program, 'app_workers', 2)
    await get(port, '/open')
    await becomes(program, 'app_rooms', 1)
    await eventually(
      async () => (await get(port, '/shut')) && (await seriesOf(program, 'app_rooms')).length === 0,
      'it is gone',
    )

    const metrics = await metricsOf(program)
    const names = metrics.map(({ name }) => name)
    assert.equal(new Set(names).size, names.length, 'each name is there once')
    const find = (name: string): Series[] => metrics.find((metric) => metric.name === name)!.series
    const slots = (name: string): unknown[] =>
      find(name)
        .map(({ labels }) => labels['slot'])
        .toSorted()
    assert.deepEqual(slots('process_start_time_seconds'), ['0', '1'])
    assert.deepEqual(slots('process_cpu_seconds_total'), ['0', '1', 'primary'])
    assert.equal(find('nodejs_version_info')[0]?.value, 1)
    assert.ok(find('process_open_fds')[0]!.value! > 20)
  })

  it('are found when they are loaded late, of any version, and given by a call; its own merging is as before', async (t) => {
    const program = run(t, 'required.cjs', { workers: 1 })
    const port = await program.listens()
    await count(port, 4)
    await becomes(program, 'app_orders_total', 4)
    assert.deepEqual(await seriesOf(program, 'app_own_total'), [{ labels: { app: 'shop' }, value: 7 }])
    assert.match((await ask(program, 'aggregate')) as string, /^app_orders_total{kind="any"} 4$/m)
  })

  for (const workers of [1, 0])
    it(`are found in a registry that is given as an option (${workers ? 'a worker' : 'single mode'})`, async (t) => {
      const program = run(t, 'typed.mts', { workers })
      const port = await program.listens()
      await count(port, 4)
      await becomes(program, 'app_orders_total', 4)
    })
})
