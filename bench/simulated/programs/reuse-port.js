// A fork loop whose workers each listen for themselves, with SO_REUSEPORT.
import { fork } from 'node:child_process'
import { once } from 'node:events'
import http from 'node:http'
import { fileURLToPath } from 'node:url'
import { answer } from './answer.js'
import { obey } from './obey.js'

const { PORT, WORKERS, IS_WORKER } = process.env

if (IS_WORKER) {
  const server = http.createServer(answer)
  server.listen({ port: Number(PORT), host: '127.0.0.1', reusePort: true }, () => process.send('listening'))
  process.once('disconnect', () => process.exit())
  process.once('SIGTERM', () => server.close(() => process.exit()))
} else {
  const workers = []
  const add = async (count) => {
    const more = Array.from({ length: count }, () =>
      fork(fileURLToPath(import.meta.url), { env: { ...process.env, IS_WORKER: 'yes' } }),
    )
    workers.push(...more)
    await Promise.all(more.map((worker) => once(worker, 'message')))
  }
  await add(Number(WORKERS))
  obey({
    scale: (count) => add(count - workers.length),
    async reload() {
      for (const worker of workers.splice(0)) {
        await add(1)
        worker.kill('SIGTERM')
      }
    },
    stop: () => process.exit(),
  })
}
