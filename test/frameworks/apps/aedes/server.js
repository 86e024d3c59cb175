import net from 'node:net'
import { Aedes } from 'aedes'

const broker = await Aedes.createBroker()
const server = net.createServer(broker.handle).listen(process.env.PORT)
process.once('SIGTERM', () => {
  server.close()
  broker.close(() => console.log(`hook SIGTERM ${process.pid}`))
})
