// A fork loop whose workers each listen for themselves, with SO_REUSEPORT. It is reloaded as node-cluster.js is.
import { fork } from 'node:child_process'
import { once } from 'node:events'
import http from 'node:http'
import { fileURLToPath } from 'node:url'
import { createHttpTerminator } from 'http-terminator'
import { answer } from './answer.js'
import { obey } from './obey.js'

if (process.env.IS_WORKER) work()
else await supervise()

function work() {
  const server = http.createServer(answer)
  const terminator = createHttpTerminator({ server })
  server.listen({ port: Number(process.env.PORT), host: '127.0.0.1', reusePort: true }, () =>
    process.send('listening'),
  )
  process.once('disconnect', () => process.exit())
  process.once('SIGTERM', async () => {
    await terminator.terminate()
    process.exit()
  })
}

async function supervise() {
  const workers = new Set()
  const add = async () => {
    const worker = fork(fileURLToPath(import.meta.url), { env: { ...process.env, IS_WORKER: 'yes' } })
    workers.add(worker)
    // Not one that was taken out of the set, to be replaced.
    worker.once('exit', () => workers.delete(worker) && add())
    await once(worker, 'message')
  }
  const addMany = (count) => Promise.all(Array.from({ length: count }, add))
  await addMany(Number(process.env.WORKERS))
  obey({
    scale: (count) => addMany(count - workers.size),
    async reload() {
      const old = [...workers]
      for (const worker of old) {
        await add()
        workers.delete(worker)
        worker.kill('SIGTERM')
        await once(worker, 'exit')
      }
    },
  })
}
