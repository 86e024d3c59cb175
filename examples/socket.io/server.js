import cluster from 'node:cluster'
import { createServer } from 'node:http'
import { readFileSync } from 'node:fs'
import { clustered } from '@clustered/core'
import { createAdapter } from '@socket.io/cluster-adapter'
import { Server } from 'socket.io'

const page = readFileSync(new URL('page.html', import.meta.url))

const server = createServer((_request, response) => {
  response.setHeader('Content-Type', 'text/html').end(page)
})

// What is said to all reaches the clients of every worker. The primary, which runs this too, has none.
const io = new Server(server, { adapter: cluster.isWorker ? createAdapter() : undefined })

io.on('connection', (socket) => {
  socket.emit('welcome', process.pid)
  socket.on('say', (text) => io.emit('said', `${text}, from ${process.pid}`))
  socket.on('ask', (text, answer) => answer(`${text} to you, from ${process.pid}`))
})

clustered(server, { sticky: 'socket.io' }).listen(process.env.PORT ?? 8000)
