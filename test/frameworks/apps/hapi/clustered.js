import { clustered } from '@clustered/core'
import { makeServer } from './app.js'

let server
const listener = async () => {
  server = makeServer({ port: 0, autoListen: false })
  await server.start()
  return server.listener
}

clustered(listener, { onShutdown: () => server.stop() }).listen(process.env.PORT)
