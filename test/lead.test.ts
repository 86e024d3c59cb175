import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { get } from './support/http.ts'
import { supervise } from './support/supervised.ts'
import { eventually, isAlive, type Program, start } from './support/program.ts'

function lead(
  t: Parameters<typeof start>[0],
  options: object,
  env: Record<string, string | undefined> = {},
): Program {
  return start(t, 'lead.js', {
    env: { OPTIONS: JSON.stringify({ reload: { soak: 0 }, ...options }), ...env },
  })
}

/** Who began and ended to lead, in the order in which they wrote it: `+4711`, `-4711`. */
function terms(program: Program): string[] {
  const lines = program.output.matchAll(/^(\d+) (begins to lead|has led)$/gm)
  return Array.from(lines, ([, pid, what]) => `${what === 'has led' ? '-' : '+'}${pid}`)
}

/** Waits until the lead has begun that many times. @returns who leads. */
async function leader(program: Program, times: number): Promise<number> {
  const begun = () => terms(program).filter((term) => term.startsWith('+'))
  await program.until(() => begun().length >= times, `${times} begins`)
  assert.equal(begun().length, times)
  return Number(begun()[times - 1]!.slice(1))
}

describe('the lead', () => {
  it('is with one worker, and moves when that drains, crashes and is killed, and not before it has ended', async (t) => {
    const program = lead(t, { workers: 2 }, { STOP: '300' })
    const port = await program.listens()
    const first = await leader(program, 1)
    await program.sees(new RegExp(`^event: ${first} leads in slot 0$`, 'm'))
    await program.sees(new RegExp(`^${first} is called as well$`, 'm'))
    const who = async () => JSON.parse((await get(port, '/who')).body) as { pid: number; leads: boolean }
    await eventually(async () => {
      const { pid, leads } = await who()
      assert.equal(leads, pid === first)
      return leads
    }, 'that the leader says so')

    program.kill('SIGHUP')
    const second = await leader(program, 2)
    await program.sees(/reload done/)
    assert.deepEqual(terms(program), [`+${first}`, `-${first}`, `+${second}`])

    process.kill(second, 'SIGKILL')
    const third = await leader(program, 3)
    assert.ok(!isAlive(second))

    // What it crashes of is contained: it drains.
    await eventually(
      async () => (await who().catch(() => undefined))?.pid === third,
      'an answer of the leader',
    )
    for (
      let asked = 0;
      !program.output.includes(`(pid ${third}, generation 2) crashed`) && asked < 100;
      asked++
    )
      await get(port, '/crash').catch(() => {})
    const fourth = await leader(program, 4)
    assert.deepEqual(terms(program).slice(-3), [`+${third}`, `-${third}`, `+${fourth}`])

    program.kill('SIGTERM')
    assert.equal(await program.ends(), 0)
    assert.deepEqual(terms(program).slice(-2), [`+${fourth}`, `-${fourth}`])
    assert.equal(program.output.match(/event: \d+ leads/g)?.length, 4)
  })

  it('goes on when the hook returns at once, and ends with its worker', async (t) => {
    const program = lead(t, { workers: 2 }, { HOOK: 'returns' })
    await program.listens()
    const first = await leader(program, 1)
    process.kill(first, 'SIGTERM')
    const second = await leader(program, 2)
    assert.deepEqual(terms(program), [`+${first}`, `-${first}`, `+${second}`])
  })

  it('is nobody else’s while a hook ignores its signal, until the process is gone', async (t) => {
    const program = lead(t, { workers: 2, drainTimeout: 500 }, { HOOK: 'ignores' })
    await program.listens()
    const first = await leader(program, 1)
    process.kill(first, 'SIGTERM')
    await leader(program, 2)
    assert.ok(!isAlive(first))
    assert.match(program.output, /onLead has not ended after \d+ ms: it is left behind/)
  })

  it('ends at once where the primary has died, while a request is still answered', async (t) => {
    const program = lead(t, { workers: 1 })
    const port = await program.listens()
    const first = await leader(program, 1)
    const answer = get(port, '/slow')
    await eventually(
      async () => (await get(port, '/who')).body.includes(`${first}`),
      'that it has the request',
    )
    program.kill('SIGKILL')
    await answer
    await program.silent
    assert.deepEqual(terms(program), [`+${first}`, `-${first}`])
  })

  it('is with the one process of single mode, and with none of a cluster that is not ours', async (t) => {
    const program = lead(t, { workers: 0 }, { STOP: '200' })
    const port = await program.listens()
    assert.equal(await leader(program, 1), program.pid)
    assert.deepEqual(JSON.parse((await get(port, '/who')).body), { pid: program.pid, slot: 0, leads: true })
    assert.equal((await get(port, '/env')).body, '0 0')
    program.kill('SIGTERM')
    assert.equal(await program.ends(), 0)
    assert.deepEqual(terms(program), [`+${program.pid}`, `-${program.pid}`])

    const foreign = start(t, 'lead-in-foreign-cluster.js', { env: { OPTIONS: '{"workers":2}' } })
    await foreign.sees(/listening on .*, single mode[^]*listening on .*, single mode/)
    await foreign.sees(/onLead is not called: this process is a worker of a cluster that is not ours/)
    assert.deepEqual(terms(foreign), [])
  })
})

it('the lead is there for a program that knows nothing else of Clustered', async (t) => {
  const program = supervise(t, 'leads.cjs')
  await program.sees(/listening on/)
  const first = await leader(program, 1)
  assert.notEqual(first, program.pid)
  process.kill(first, 'SIGKILL')
  await leader(program, 2)
  assert.ok(!isAlive(first))
})

it('a hook that fails is called again after a while, in a worker and in single mode', async (t) => {
  const failsIn = async (workers: number): Promise<void> => {
    const program = lead(t, { workers }, { HOOK: 'fails' })
    await leader(program, 1)
    const who = workers ? String.raw`worker 0 \(pid \d+\): ` : ''
    const failed = (message: string, pause: number) =>
      new RegExp(
        `^\\[clustered\\] error: ${who}onLead failed: Error: ${message}. It is called again in ${pause} ms$`,
        'm',
      )
    assert.match(program.output, failed('the lead failed as told', 1000))
    assert.match(program.output, failed('the lead failed later', 2000))
    program.kill('SIGTERM')
    assert.equal(await program.ends(), 0)
    assert.equal(program.output.match(/onLead failed/g)?.length, 2, 'an abort is no failure')
  }
  await Promise.all([failsIn(1), failsIn(0)])
})

describe('a slot', () => {
  /** The slots that workers had from their first line on: `CLUSTERED_SLOT NODE_APP_INSTANCE`. */
  const slots = (program: Program, since = 0) =>
    [...program.output.slice(since).matchAll(/^\d+ is in (.*)$/gm)].map(([, text]) => text).sort()

  it('is known to its worker, in a reload and when their number changes', async (t) => {
    const program = lead(t, { workers: 3 }, { NODE_APP_INSTANCE: '7', CLUSTERED_SLOT: '7' })
    const port = await program.listens()
    assert.deepEqual(slots(program), ['0 0', '1 1', '2 2', '7 7'], 'and the primary has what it was given')
    let since = program.output.length
    program.kill('SIGHUP')
    await program.sees(/reload done/)
    assert.deepEqual(slots(program, since), ['0 0', '1 1', '2 2'])
    program.kill('SIGTTOU')
    await program.sees(/scale to 2 workers[^]*is gone/)
    since = program.output.length
    program.kill('SIGTTIN')
    await program.sees(/is ready/, since)
    assert.deepEqual(slots(program, since), ['2 2'])
    const { slot } = JSON.parse((await get(port, '/who')).body) as { slot: number }
    assert.ok(slot >= 0 && slot < 3)
  })

  it('is unknown to a spare until it takes one', async (t) => {
    const program = lead(t, { workers: 1, spares: 1 }, { NODE_APP_INSTANCE: 'blue' })
    const port = await program.listens()
    const [, spare] = await program.sees(/listening on[^]*^(\d+) is in undefined blue$[^]*is ready/m)
    const first = await leader(program, 1)
    process.kill(first, 'SIGKILL')
    assert.equal(await leader(program, 2), Number(spare))
    await eventually(async () => (await get(port, '/env')).body === '0 blue', 'that it knows its slot')
    assert.equal((JSON.parse((await get(port, '/who')).body) as { slot: number }).slot, 0)
  })
})
