import net from 'node:net'

const server = net.createServer((socket) => socket.pipe(socket)).listen(process.env.PORT)
process.once('SIGTERM', () => server.close(() => console.log(`hook SIGTERM ${process.pid}`)))
