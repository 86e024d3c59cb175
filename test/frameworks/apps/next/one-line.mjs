import { clustered } from '@clustered/core'
import next from 'next'

const port = Number(process.env.PORT)

async function prepared() {
  const app = next({ dev: false, port })
  await app.prepare()
  return app.getRequestHandler()
}

const onShutdown = () => console.log(`hook onShutdown ${process.pid}`)

clustered(prepared, { onShutdown }).listen(port)
