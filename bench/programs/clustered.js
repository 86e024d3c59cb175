import http from 'node:http'
import { clustered } from '@clustered/core'
import { answer } from './answer.js'
import { obey } from './obey.js'

const { PORT, WORKERS, OPTIONS } = process.env
const keepAliveTimeout = Number(process.env.KEEP_ALIVE_TIMEOUT)
const options = { workers: Number(WORKERS), ...JSON.parse(OPTIONS) }
const cluster = clustered(() => http.createServer({ keepAliveTimeout }, answer), options).listen(
  Number(PORT),
  '127.0.0.1',
)

if (cluster.role === 'primary') {
  await cluster.ready
  obey({ scale: (workers) => cluster.scale(workers), reload: () => cluster.reload() })
}
