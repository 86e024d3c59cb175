import assert from 'node:assert/strict'
import { once } from 'node:events'
import net, { type AddressInfo } from 'node:net'
import { it } from 'node:test'
import { Lateness } from '../primary/fleet/lateness.ts'
import type { WorkerHandle } from '../primary/fleet/worker-handle.ts'
import { ModelClock } from '../primary/model/world.ts'
import { Heartbeat } from './heartbeat.ts'

async function watchedServer() {
  const server = net.createServer((socket) => socket.resume()).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const beats: number[] = []
  let onBeat = (): void => {}
  const heartbeat = new Heartbeat(({ next }) => {
    beats.push(next)
    onBeat()
  })
  heartbeat.watch(server)
  const nextBeat = (): Promise<void> => new Promise((resolve) => (onBeat = resolve))
  return { server, heartbeat, beats, nextBeat }
}

it('beats seldomer where there are many workers, and says so', async () => {
  const { server, heartbeat, beats, nextBeat } = await watchedServer()
  const client = net.connect((server.address() as AddressInfo).port, '127.0.0.1')
  await once(server, 'connection')
  heartbeat.workers = 16
  heartbeat.workers = 64
  const since = performance.now()
  for (let beat = 0; beat < 3; beat++) await nextBeat()
  assert.ok(performance.now() - since > 3 * 60)
  heartbeat.workers = 4
  assert.deepEqual(beats, [20, 64, 64, 64, 64, 20])
  client.destroy()
  server.close()
})

it('beats fast while connections come, and slower while they only stay', async () => {
  const { server, beats, nextBeat } = await watchedServer()
  const until = async (next: number): Promise<void> => {
    while (beats.at(-1) !== next) await nextBeat()
  }
  const client = net.connect((server.address() as AddressInfo).port, '127.0.0.1')
  const since = performance.now()
  await until(20)
  await until(100)
  assert.ok(performance.now() - since >= 1000)
  assert.ok(beats.length > 10)
  client.destroy()
  await until(1000)
  server.close()
})

it('is late only after the time that the beat itself has said', () => {
  const clock = new ModelClock()
  const lateness = new Lateness(clock, () => {})
  const worker = { late: false, beatDue: Infinity } as WorkerHandle
  lateness.beat(worker, 64)
  const passTo = (time: number): void => {
    while (clock.next <= time) clock.turn()
    clock.passTo(time)
  }
  passTo(80)
  assert.equal(worker.late, false)
  passTo(100)
  assert.equal(worker.late, true)
})
