// The fork loop that everyone writes.
import cluster from 'node:cluster'
import { once } from 'node:events'
import http from 'node:http'
import { answer } from './answer.js'
import { obey } from './obey.js'

if (cluster.isPrimary) {
  const fork = (count) => Promise.all(Array.from({ length: count }, () => once(cluster.fork(), 'listening')))
  await fork(Number(process.env.WORKERS))
  obey({
    scale: (workers) => fork(workers - Object.keys(cluster.workers).length),
    async reload() {
      for (const worker of Object.values(cluster.workers)) {
        await fork(1)
        worker.disconnect()
      }
    },
    stop: () => process.exit(),
  })
} else http.createServer(answer).listen(Number(process.env.PORT), '127.0.0.1')
