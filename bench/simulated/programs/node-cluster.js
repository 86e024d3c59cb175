// The fork loop that everyone writes.
import cluster from 'node:cluster'
import { once } from 'node:events'
import { obey } from './obey.js'
import { serve } from './serve.js'

if (cluster.isPrimary) {
  const fork = (count) => Promise.all(Array.from({ length: count }, () => once(cluster.fork(), 'listening')))
  await fork(Number(process.env.WORKERS))
  obey({
    scale: (workers) => fork(workers - Object.keys(cluster.workers).length),
    async reload() {
      const replaced = []
      for (const worker of Object.values(cluster.workers)) {
        await fork(1)
        replaced.push(once(worker, 'exit'))
        worker.process.kill('SIGTERM')
      }
      await Promise.all(replaced)
    },
    stop: () => process.exit(),
  })
} else serve()
