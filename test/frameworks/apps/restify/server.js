import { server } from './app.js'

server.listen(process.env.PORT)
process.once('SIGTERM', () => server.close(() => console.log(`hook SIGTERM ${process.pid}`)))
