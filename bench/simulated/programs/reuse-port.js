// A fork loop whose workers each listen for themselves, with SO_REUSEPORT.
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { obey } from './obey.js'
import { serve } from './serve.js'

if (process.env.IS_WORKER) {
  serve({ reusePort: true }).once('listening', () => process.send('listening'))
  process.once('disconnect', () => process.exit())
} else {
  const workers = []
  const add = async (count) => {
    const more = Array.from({ length: count }, () =>
      fork(fileURLToPath(import.meta.url), { env: { ...process.env, IS_WORKER: 'yes' } }),
    )
    workers.push(...more)
    await Promise.all(more.map((worker) => once(worker, 'message')))
  }
  await add(Number(process.env.WORKERS))
  obey({
    scale: (count) => add(count - workers.length),
    async reload() {
      const replaced = []
      for (const worker of workers.splice(0)) {
        await add(1)
        replaced.push(once(worker, 'exit'))
        worker.kill('SIGTERM')
      }
      await Promise.all(replaced)
    },
    stop: () => process.exit(),
  })
}
