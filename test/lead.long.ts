/** ACTIONS=n does so many things to the cluster; SEED=n does them in the same order. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { it } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import type { WorkerInfo } from '@clustered/core'
import { Dice } from './support/dice.ts'
import { LeadObserver } from './support/lead-observer.ts'
import { load, mixedClients } from './support/load.ts'
import { freePort } from './support/port.ts'
import { eventually, type Program, sendSignal, start } from './support/program.ts'

const { ACTIONS = '20', SEED = String(Math.floor(Math.random() * 2 ** 31)) } = process.env

/**
 * How long (in ms) nobody may lead. Documented are 100 where a worker is ready; where none is, it is a boot, which takes
 * seconds while other tests run.
 */
const longestGap = 15_000

/** @param wanted how many there are to be from now on; 0 for as many as there are. */
async function workersOf(program: Program, wanted = 0): Promise<WorkerInfo[]> {
  program.child.send(wanted)
  const [workers] = (await once(program.child, 'message')) as [WorkerInfo[]]
  return workers
}

it(`under load, through ${ACTIONS} reloads, kills, hangs, crashes and changes of size, one worker leads`, async (t) => {
  const observer = await LeadObserver.open(t)
  const options = { workers: 3, hangTimeout: 1000, lagWarning: 0, drainTimeout: 3000, reload: { soak: 0 } }
  const program = start(t, 'lead.js', {
    env: {
      OPTIONS: JSON.stringify(options),
      HOOK: 'observed',
      STOP: '200',
      OBSERVER: String(observer.port),
      LOCK: String(await freePort()),
    },
  })
  const port = await program.listens()
  await observer.hasSeen(1)
  const clients = load(mixedClients(2, { port }, { expect: 'hello' }))

  const dice = new Dice(Number(SEED))
  const isReady = ({ state }: WorkerInfo): boolean => state === 'ready'
  const other = async (): Promise<number | undefined> =>
    (await workersOf(program)).find((worker) => isReady(worker) && !worker.leads)?.pid
  const actions: Record<string, () => void | Promise<void>> = {
    reload: () => program.kill('SIGHUP'),
    'kill the leader': () => sendSignal(observer.leader, 'SIGKILL'),
    'kill another': async () => sendSignal(await other(), 'SIGKILL'),
    'hang the leader': () => observer.tell('hang'),
    'stop the leader': () => sendSignal(observer.leader, 'SIGSTOP'),
    'crash the leader': () => observer.tell('crash'),
    'have the leader exit': () => observer.tell('exit'),
    'replace the leader': () => sendSignal(observer.leader, 'SIGTERM'),
    scale: async () => void (await workersOf(program, 2 + dice.below(3))),
  }
  const names = Object.keys(actions)
  const done: string[] = []
  for (let count = 0; count < Number(ACTIONS); count++) {
    const name = names[dice.below(names.length)]!
    done.push(name)
    await observer.hasSeen(1)
    const { terms } = observer
    await actions[name]!()
    // Mostly one thing after the other, and now and then the next in the middle of it: but one that hangs looks ready.
    const moves = name !== 'scale' && name !== 'kill another'
    if (/hang|stop/.test(name) || (moves && dice.chance(0.8))) await observer.hasSeen(terms + 1)
    else await sleep(dice.below(100))
    // While others are ready, in slots that stay, the lead has somewhere to go.
    await eventually(
      async () => {
        const ready = (await workersOf(program)).filter(isReady)
        return (
          ready.some(({ leads }) => leads) &&
          [0, 1].every((slot) => ready.some((worker) => worker.slot === slot))
        )
      },
      `two workers that are ready after ${done.join(', ')}`,
    )
  }
  await clients.stop()
  const { terms, gaps } = observer
  gaps.sort((a, b) => a - b)
  const at = (share: number): string => gaps[Math.floor(share * (gaps.length - 1))]!.toFixed(1)
  t.diagnostic(
    `seed ${SEED}: ${terms} terms, nobody led for ${at(0.5)} ms (p50), ${at(0.99)} (p99), ${at(1)} at most; ` +
      `${clients.answered} requests answered`,
  )
  observer.check()
  assert.doesNotMatch(program.output, /onLead/)
  assert.ok(terms > Number(ACTIONS) / 4, `the lead has moved ${terms} times`)
  assert.ok(gaps.at(-1)! < longestGap, `nobody led for ${at(1)} ms`)
  assert.ok(clients.answered > 100)
})
