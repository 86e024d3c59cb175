import assert from 'node:assert/strict'
import { it } from 'node:test'
import { balances } from './support/balances.ts'
import { load, mixedClients } from './support/load.ts'
import { eventually, sendSignal, start } from './support/program.ts'
import { durations, Scrapes, total } from './support/scrapes.ts'

const rounds = 50 / balances.length
/** In ms: a machine that has much to do gets through fewer of them. */
const longest = 40_000 / balances.length

/** A worker tells what it has had once a second (in ms); on a machine that has much to do, a little later. */
const toldWithin = 2000

for (const balance of balances)
  it(`no counter falls through reloads, kills and scale changes under load (${balance})`, async (t) => {
    const options = { workers: 2, balance, admin: 0, reload: { soak: 50, surge: 3 } }
    const program = start(t, 'metrics.js', { env: { OPTIONS: JSON.stringify(options) } })
    const port = await program.listens()
    const [, admin] = await program.sees(/admin server at http:\S+:(\d+)/)
    const scrapes = new Scrapes(program, Number(admin))
    const clients = load(mixedClients(3, { port }, { path: '/later', expect: 'later' }))
    const answered: { at: number; count: number }[] = []
    const timer = setInterval(() => answered.push({ at: performance.now(), count: clients.answered }), 20)
    t.after(() => clearInterval(timer))
    /** What the workers that were killed may not have told. */
    let untold = 0
    const end = performance.now() + longest
    let round = 0
    while (round < rounds && performance.now() < end) {
      round++
      const victim = program.anyWorker()
      if (round % 5 === 0) program.kill(round % 10 === 0 ? 'SIGTTOU' : 'SIGTTIN')
      program.kill('SIGHUP')
      const killedAt = performance.now()
      sendSignal(victim, 'SIGKILL')
      const before = answered.find(({ at }) => at >= killedAt - toldWithin)?.count ?? 0
      untold += clients.answered - before
      await program.sees(new RegExp(`reload done: every slot is on generation ${round + 1}`))
    }
    await clients.stop()
    const all = clients.answered + clients.failures.length
    await eventually(() => total(scrapes.last, durations) >= clients.answered - untold, 'what was told')
    await scrapes.stop()
    const counted = total(scrapes.last, durations)
    t.diagnostic(
      `${round} reloads and kills: ${clients.answered} answered, ${clients.failures.length} failed, ${counted} counted; ` +
        `${scrapes.count} scrapes, the slowest took ${scrapes.slowest.toFixed(1)} ms`,
    )
    assert.ok(counted <= all, `${counted} were counted, of ${all}`)
    assert.ok(
      counted >= clients.answered - untold,
      `${counted} were counted, of ${clients.answered}, less ${untold}`,
    )
  })
