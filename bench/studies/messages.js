// What messages between workers cost: the primary's CPU for each delivery, and
// the time of requests on fresh connections while one of four workers publishes.
//
//     node bench/studies/messages.js [messages a second, 10000] [bytes of each, 200]
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { get } from '../../test/dist/support/http.js'
import { format, median } from '../tools/numbers.js'
import { cpuTime } from '../tools/processes.js'

const [rate = 10_000, size = 200] = process.argv.slice(2).map(Number)
const [seconds, rounds, workers] = [4, 3, 4]
const requestRate = 200
const app = fileURLToPath(new URL('messages-app.js', import.meta.url))

for (const [index, balance] of ['kernel', 'round-robin'].entries()) {
  const port = 8180 + index
  const child = spawn(process.execPath, [app, port, balance], { stdio: ['ignore', 'ignore', 'pipe'] })
  await once(child.stderr, 'data')
  const results = []
  for (let round = 0; round <= rounds; round++) {
    const alone = await requests(port)
    const before = cpuTime([child.pid])
    const sent = Number((await get(port, `/publish?rate=${rate}&seconds=${seconds}&size=${size}`)).body)
    const cpu = (cpuTime([child.pid]) - before) / (sent * (workers - 1))
    const publishing = get(port, `/publish?rate=${rate}&seconds=${seconds}&size=${size}`)
    const beside = await requests(port)
    await publishing
    // The first is to warm up.
    if (round > 0) results.push({ cpu, alone, beside, rate: sent / seconds })
  }
  const of = (figure) => format(median(results.map(figure)))
  console.log(
    `${balance}: ${of(({ rate: r }) => r)} messages of ${size} bytes a second to ${workers - 1} others: ` +
      `${of(({ cpu }) => cpu)} µs of the primary's CPU for each delivery. Requests, p50 and p99 in ms: ` +
      `${of(({ alone }) => alone.p50)} and ${of(({ alone }) => alone.p99)} alone, ` +
      `${of(({ beside }) => beside.p50)} and ${of(({ beside }) => beside.p99)} beside`,
  )
  child.kill('SIGTERM')
  await once(child, 'exit')
}

/** At a fixed rate, each on a connection of its own, timed from when it was due. */
async function requests(port) {
  const times = []
  const open = []
  const start = performance.now()
  for (let elapsed = 0; elapsed < seconds * 1000; elapsed = performance.now() - start) {
    for (; open.length < (elapsed * requestRate) / 1000;) {
      const due = start + (open.length * 1000) / requestRate
      open.push(get(port, '/').then(() => times.push(performance.now() - due)))
    }
    await new Promise((resolve) => setTimeout(resolve, 1))
  }
  await Promise.all(open)
  times.sort((a, b) => a - b)
  return { p50: times[Math.floor(times.length * 0.5)], p99: times[Math.floor(times.length * 0.99)] }
}
