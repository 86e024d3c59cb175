import assert from 'node:assert/strict'
import { describe, it, type TestContext } from 'node:test'
import { get } from './support/http.ts'
import { type Program, start } from './support/program.ts'

interface Line {
  event: string
  about: string
  level: string
  msg: string
}

const all = ['express-rate-limit', 'express-session', 'socket.io broadcasts', 'socket.io polls']

function hintsOf({ output }: Program): Line[] {
  return output
    .split('\n')
    .filter((line) => line.includes('"event":"hint"'))
    .map((line) => JSON.parse(line) as Line)
}

const named = (program: Program): string[] =>
  hintsOf(program)
    .map(({ about }) => about)
    .toSorted()

function run(t: TestContext, options: object, env: Record<string, string> = {}): Program {
  return start(t, 'hints.js', { env: { OPTIONS: JSON.stringify(options), ...env } })
}

/** Requests of each kind, on new connections. @returns who has answered. */
async function use(port: number): Promise<string> {
  await get(port, '/socket.io/?EIO=4&transport=polling')
  return (await get(port, '/pid')).body
}

/** Until so many workers have each been used more than once. At the same time, as one connection would always reach the same. */
async function useAll(port: number, workers: number): Promise<void> {
  const times = new Map<string, number>()
  while (times.size < workers || [...times.values()].some((count) => count < 2))
    for (const pid of await Promise.all(Array.from({ length: 2 * workers }, () => use(port))))
      times.set(pid, (times.get(pid) ?? 0) + 1)
}

describe('hints', () => {
  it('say nothing of one worker, and of several what is for one process, once in the life of a cluster', async (t) => {
    const program = run(t, { workers: 1 })
    const port = await program.listens()
    await useAll(port, 1)
    await get(port, '/scale?to=3')
    assert.deepEqual(named(program), [])
    await useAll(port, 3)
    while (named(program).length < all.length) await use(port)
    program.kill('SIGTERM')
    assert.equal(await program.ends(), 0)
    assert.deepEqual(named(program), all)
    for (const { level, msg } of hintsOf(program)) {
      assert.equal(level, 'warn')
      assert.match(msg, /docs\/several-processes#[a-z-]+ \(hints: false leaves this out\)$/)
    }
  })

  it('are switched off by one word', async (t) => {
    const program = run(t, { workers: 2 }, { CLUSTERED_HINTS: 'false' })
    await useAll(await program.listens(), 2)
    program.kill('SIGTERM')
    assert.equal(await program.ends(), 0)
    assert.deepEqual(named(program), [])
  })
})
