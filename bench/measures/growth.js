// What the primary itself takes as there are more workers, and more connections: CPU time and memory of its process
// alone. Needs some 50 MB for each worker, and `ulimit -n` above the connections.
import { once } from 'node:events'
import net from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { kernel, roundRobin } from '../systems/clustered.js'
import { nodeCluster } from '../systems/node-cluster.js'
import { cpuTime, memoryOf } from '../tools/processes.js'
import { oneByOne } from '../tools/rounds.js'

const compared = [nodeCluster, kernel, roundRobin]
const cells = [
  ...[1, 4, 16, 64].map((workers) => ({ workers, connections: 8 * workers })),
  ...[1000, 10_000].map((connections) => ({ workers: 4, connections })),
]

/** In ms. */
const settled = 1500
const looked = 3000

export const growth = {
  rounds: 1,
  quick: { rounds: 1 },
  without: (system) => !compared.includes(system),
  async run({ systems, folder, rounds, options, isQuick, wants, record }) {
    const how = { folder, options: { reload: { surge: 8 }, ...options }, setting: { keepAliveTimeout: 0 } }
    for (const { workers, connections } of isQuick ? cells.slice(0, 2) : cells) {
      const what = `${workers} workers, ${connections} connections`
      if (!wants(what)) continue
      await oneByOne(systems, { ...how, workers }, rounds, async (site) =>
        record(what, site.name, await measure(site, connections)),
      )
    }
  },
}

async function measure({ port, running }, connections) {
  const { root } = running
  const cpu = async (until) => {
    const before = cpuTime([root])
    await until()
    return (cpuTime([root]) - before) / 1000
  }
  const perSecond = async () => {
    await sleep(settled)
    return (await cpu(() => sleep(looked))) / (looked / 1000)
  }
  const boot = cpuTime([root]) / 1000
  const idle = await perSecond()
  const since = performance.now()
  const reload = await cpu(() => running.reload())
  const reloadSeconds = (performance.now() - since) / 1000
  const sockets = []
  for (let opened = 0; opened < connections; opened += 100)
    sockets.push(
      ...(await Promise.all(Array.from({ length: Math.min(100, connections - opened) }, () => keep(port)))),
    )
  const connected = await perSecond()
  const memory = memoryOf(root)
  const lost = sockets.filter((socket) => socket.destroyed || socket.readableEnded).length
  for (const socket of sockets) socket.destroy()
  return { boot, idle, reload, reloadSeconds, connected, memory, lost }
}

/** A connection that has had an answer, and stays. */
async function keep(port) {
  const socket = net.connect(port, '127.0.0.1').on('error', () => {})
  socket.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n')
  await once(socket, 'data')
  return socket
}
