// WebSocket clients that come back at once, each time, until their parent goes:
//
//     node bench/studies/herd-clients.js <port> <how many>
//
// A process of its own, as clients are. Asked by a message, it says what they have seen. It ends with its channel.
import { WebSocket } from 'ws'

const [port, count] = process.argv.slice(2).map(Number)
const seen = { open: 0, told: 0, cut: 0, failed: 0 }

function connect() {
  const socket = new WebSocket(`ws://127.0.0.1:${port}`)
  let isOpen = false
  socket.once('message', () => {
    isOpen = true
    seen.open++
  })
  socket.on('error', () => {})
  socket.once('close', (code) => {
    if (isOpen) {
      seen.open--
      seen[code === 1012 ? 'told' : 'cut']++
    } else seen.failed++
    setTimeout(connect, isOpen ? 0 : 20)
  })
}

for (let client = 0; client < count; client++) setTimeout(connect, client * 2)
process.on('message', () => process.send(seen))
process.on('disconnect', () => process.exit())
