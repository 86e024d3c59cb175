// Measures with clients of our own.
import { setTimeout as sleep } from 'node:timers/promises'
import { startClients } from './clients.js'

/** In ms. */
const settled = 1000
const afterScale = 8000
const afterReload = 2000

export async function lightAmongHeavy({ port }, { workers, connections, pause }, seconds) {
  const heavyClients = Math.ceil(workers / 2)
  const heavy = startClients(port, heavyClients, '/hold?ms=40')
  const light = startClients(port, connections - heavyClients, '/hold?ms=2', pause)
  await sleep(settled)
  const start = performance.now()
  await sleep(seconds * 1000)
  const times = between(light.answers, start, start + seconds * 1000)
    .map(({ ms }) => ms)
    .sort((a, b) => a - b)
  const failures = await Promise.all([light.stop(), heavy.stop()])
  return {
    p50: times[Math.floor(times.length * 0.5)],
    p99: times[Math.floor(times.length * 0.99)],
    requestsPerSecond: times.length / seconds,
    errors: failures[0] + failures[1],
  }
}

export async function gainOfScale(site, { workers, connections }, seconds) {
  // All that the workers can do, before and after.
  const clients = startClients(site.port, connections, '/hold?ms=5', 0, { hurried: true })
  await sleep(settled + seconds * 1000)
  const change = performance.now()
  const [scaledAt] = await Promise.all([
    site.running.scale(4 * workers).then(() => performance.now()),
    sleep(afterScale),
  ])
  const rate = (from, to) => between(clients.answers, from, to).length / (to - from)
  return {
    gain: rate(change, change + afterScale) / rate(change - seconds * 1000, change),
    lastSecond: rate(change + afterScale - 1000, change + afterScale) / rate(change - seconds * 1000, change),
    scaleSeconds: (scaledAt - change) / 1000,
    errors: await clients.stop(),
  }
}

export async function balanceAfterReload(site, { workers, connections }) {
  const clients = startClients(site.port, connections, '/hold?ms=5')
  await sleep(settled)
  const start = performance.now()
  await site.running.reload()
  const reloadSeconds = (performance.now() - start) / 1000
  await sleep(afterReload)
  const before = clients.answers.length
  await sleep(settled)
  // Whose answer each client got first.
  const workerOf = new Map(
    clients.answers
      .slice(before)
      .toReversed()
      .map(({ client, worker }) => [client, worker]),
  )
  const held = new Map()
  for (const worker of workerOf.values()) held.set(worker, (held.get(worker) ?? 0) + 1)
  const share = Math.max(...held.values()) / (connections / workers)
  return { share, reloadSeconds, errors: await clients.stop() }
}

function between(answers, from, to) {
  return answers.filter(({ at }) => at > from && at <= to)
}
