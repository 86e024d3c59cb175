import assert from 'node:assert/strict'
import { describe, it, type TestContext } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { distance, DistantBalancer, DistantConnection } from './support/distant-balancer.ts'
import { freePort } from './support/port.ts'
import { type Program, start } from './support/program.ts'

function boot(t: TestContext, options: object): Program {
  return start(t, 'answers-ok.js', {
    env: { OPTIONS: JSON.stringify({ workers: 2, reload: { soak: 50 }, ...options }) },
  })
}

/** Sixty seconds of a load balancer, made short. */
const idleTimeout = 3000

const connections = 60

/**
 * Has each connection answer once, and then once more after it was idle for about so long, some a little earlier than
 * others. @returns how many requests were lost.
 */
async function lostAfter(port: number, idle: number, meanwhile: () => Promise<void>): Promise<number> {
  let lost = 0
  const use = async (index: number): Promise<void> => {
    const connection = new DistantConnection(port, idleTimeout)
    assert.ok(await connection.ask())
    await sleep(idle - distance + (2 * distance * index) / connections)
    if (!connection.isOpen) return
    if ((await connection.ask()) === undefined) lost++
    connection.close()
  }
  await Promise.all([meanwhile(), ...Array.from({ length: connections }, (_, index) => use(index))])
  return lost
}

/** Node keeps connections for a second longer than it is told. */
const more = 1000

// See docs/deploy/aws.md: what is said there of 60 s and 65 s is tried with times that are shorter.
describe('a load balancer that keeps idle connections', { concurrency: true }, () => {
  it('loses requests if the program keeps them for less long', async (t) => {
    const closedAfter = idleTimeout - 1000
    const keepAliveTimeout = closedAfter - more
    const program = boot(t, { server: { keepAliveTimeout } })
    const lost = await lostAfter(await program.listens(), closedAfter - distance, async () => {})
    t.diagnostic(`${lost} of ${connections} requests`)
    assert.ok(lost > 0)
  })

  it('loses none if the program keeps them for longer, though it is reloaded meanwhile', async (t) => {
    const program = boot(t, { server: { keepAliveTimeout: idleTimeout + 250 } })
    const lost = await lostAfter(await program.listens(), idleTimeout - 2 * distance, async () => {
      await sleep(idleTimeout / 2)
      program.kill('SIGHUP')
      await program.sees(/reload done[^]*drained/)
    })
    assert.equal(lost, 0)
  })

  for (const [interval, shutdownDelay, expected] of [
    // Two checks that say no, one that was just missed, and the way.
    [300, 3 * 300 + 4 * distance, 'nothing'],
    [1000, 0, 'something'],
  ] as const)
    it(`loses ${expected} if one of two programs stops with a shutdownDelay of ${shutdownDelay} ms`, async (t) => {
      const places = []
      const programs = []
      for (let i = 0; i < 2; i++) {
        const admin = await freePort()
        const program = boot(t, { admin, shutdownDelay, server: { keepAliveTimeout: idleTimeout + 250 } })
        programs.push(program)
        places.push({ port: await program.listens(), admin })
      }
      const balancer = new DistantBalancer(places, { idleTimeout, interval })
      balancer.start(4)
      await sleep(500)
      programs[0]!.kill('SIGTERM')
      await programs[0]!.sees(shutdownDelay > 0 ? /closing/ : /drains/)
      // For these, connections have to be made.
      balancer.start(8)
      assert.equal(await programs[0]!.ends(), 0)
      await balancer.stop()
      t.diagnostic(`${balancer.lost} lost, ${balancer.answered} answered`)
      assert.equal(balancer.lost > 0 ? 'something' : 'nothing', expected)
    })
})
