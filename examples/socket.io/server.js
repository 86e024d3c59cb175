import { createServer } from 'node:http'
import { readFileSync } from 'node:fs'
import { clustered } from '@clustered/core'
import { Server } from 'socket.io'

const page = readFileSync(new URL('page.html', import.meta.url))

const server = createServer((_request, response) => {
  response.setHeader('Content-Type', 'text/html').end(page)
})

const io = new Server(server)

io.on('connection', (socket) => {
  socket.emit('welcome', process.pid)
  socket.on('ask', (text, answer) => answer(`${text} to you, from ${process.pid}`))
})

clustered(server, { sticky: 'socket.io' }).listen(process.env.PORT ?? 8000)
