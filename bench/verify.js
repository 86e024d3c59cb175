// Whether each system is driven as it should be, before its figures are believed:
//
//     npx -y pnpm@12 bench --verify
//
// It starts, all its workers answer, nothing fails under load, a reload replaces every worker, one that is killed is
// replaced, and in the end nothing of it stays.
import { setTimeout as sleep } from 'node:timers/promises'
import { load, nodeClients } from '../test/dist/support/load.js'
import { start } from './systems/index.js'
import { kill } from './tools/kill.js'
import { isAlive, treeOf } from './tools/processes.js'
import { allAnswer } from './tools/who.js'

/** @returns what is wrong, in words. */
export async function verify(system, folder) {
  const wrong = []
  const site = await start(system, { folder, workers: 3 })
  const { port, running, count } = site
  const first = await allAnswer(port, count)
  const clients = load([
    ...nodeClients(4, { port }, { path: '/later?ms=2', expect: 'hello' }),
    ...nodeClients(4, { port }, { path: '/', expect: 'hello' }, false),
  ])
  await sleep(1000)
  await clients.stop()
  if (clients.answered < 50) wrong.push(`only ${clients.answered} requests were answered in 1 s`)
  wrong.push(...clients.failures.slice(0, 3).map((failure) => `with nothing wrong: ${failure}`))
  if (!system.hasThreads && running.workers().length !== count)
    wrong.push(`it has ${running.workers().length} workers, and should have ${count}`)
  if (running.reload) {
    await running.reload()
    await allAnswer(port, count, first).catch(({ message }) => wrong.push(`after the reload ${message}`))
  }
  if (running.scale) {
    await running.scale(count + 1)
    await allAnswer(port, count + 1).catch(({ message }) => wrong.push(`after the scale ${message}`))
  }
  if (!system.isAlone && !system.hasThreads) {
    const before = new Set(running.workers())
    kill([...before][0], 'SIGKILL')
    for (let waited = 0; waited < 100 && running.workers().every((pid) => before.has(pid)); waited++)
      await sleep(50)
    if (running.workers().every((pid) => before.has(pid)))
      wrong.push('a worker that was killed is not replaced')
  }
  const processes = treeOf(running.root)
  await running.stop()
  const left = processes.filter(isAlive)
  if (left.length > 0) wrong.push(`${left.length} of its processes stay`)
  return wrong
}
