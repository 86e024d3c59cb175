// The app of memory.js as CommonJS; memory-app.js is the same as an ES module.
const cluster = require('node:cluster')
const http = require('node:http')

const [kind, port] = process.argv.slice(2)
const app = () => http.createServer((_request, response) => response.end('hello'))

if (kind === 'Clustered')
  require('@clustered/core').clustered(app, { workers: 1 }).listen(Number(port), '127.0.0.1')
else if (kind === 'node:cluster' && cluster.isPrimary) cluster.fork()
else app().listen(Number(port), '127.0.0.1')
