// The app of memory.js as an ES module; memory-app.cjs is the same as CommonJS.
import cluster from 'node:cluster'
import http from 'node:http'

const [kind, port] = process.argv.slice(2)
const app = () => http.createServer((_request, response) => response.end('hello'))

if (kind === 'Clustered') {
  const { clustered } = await import('@clustered/core')
  clustered(app, { workers: 1 }).listen(Number(port), '127.0.0.1')
} else if (kind === 'node:cluster' && cluster.isPrimary) cluster.fork()
else app().listen(Number(port), '127.0.0.1')
