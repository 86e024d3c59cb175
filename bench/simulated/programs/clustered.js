import http from 'node:http'
import { answer } from './answer.js'
import { obey } from './obey.js'

const { CORE, PORT, WORKERS, OPTIONS } = process.env
const { clustered } = await import(CORE)

const options = { workers: Number(WORKERS), ...JSON.parse(OPTIONS) }
const cluster = clustered(() => http.createServer(answer), options).listen(Number(PORT), '127.0.0.1')

if (cluster.role === 'primary') {
  await cluster.ready
  obey({
    scale: (workers) => cluster.scale(workers),
    reload: () => cluster.reload(),
    stop: () => cluster.close({ signal: AbortSignal.timeout(1000) }),
  })
}
