// Silent connections, each opened again when it is closed, until its parent goes:
//
//     node bench/attack.js <port> <how many>
//
// A process of its own, so that neither its descriptors nor its CPU time are
// those of the clients that it is to disturb. Forked: it ends with its channel.
import net from 'node:net'

const [port, count] = process.argv.slice(2).map(Number)

/** In ms; what refuses would otherwise be asked without end. */
const pause = 100

function open() {
  const socket = net.connect(port, '127.0.0.1')
  // What is said here, a 503 for instance, is not read; the end is seen all the same.
  socket.resume()
  socket.on('error', () => {})
  socket.on('close', (failed) => (failed ? setTimeout(open, pause) : open()))
}

for (let socket = 0; socket < count; socket++) open()
process.on('disconnect', () => process.exit())
