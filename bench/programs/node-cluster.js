// The fork loop that everyone writes: a worker that has died is replaced, a reload starts the next one before the
// old one is told to go, and that one ends what it has with http-terminator.
import cluster from 'node:cluster'
import { once } from 'node:events'
import http from 'node:http'
import { createHttpTerminator } from 'http-terminator'
import { answer } from './answer.js'
import { obey } from './obey.js'

const keepAliveTimeout = Number(process.env.KEEP_ALIVE_TIMEOUT)

const fork = () => once(cluster.fork(), 'listening')
const forkAll = (count) => Promise.all(Array.from({ length: count }, fork))

if (cluster.isPrimary) {
  const replaced = new Set()
  cluster.on('exit', (worker) => {
    console.log(`worker ${worker.process.pid} died`)
    if (!replaced.delete(worker)) cluster.fork()
  })
  await forkAll(Number(process.env.WORKERS))
  obey({
    scale: (workers) => forkAll(workers - Object.keys(cluster.workers).length),
    async reload() {
      for (const worker of Object.values(cluster.workers)) {
        await fork()
        replaced.add(worker)
        worker.process.kill('SIGTERM')
        await once(worker, 'exit')
      }
    },
  })
} else {
  const server = http.createServer({ keepAliveTimeout }, answer).listen(Number(process.env.PORT), '127.0.0.1')
  const terminator = createHttpTerminator({ server })
  process.once('SIGTERM', async () => {
    await terminator.terminate()
    process.exit()
  })
}
