import { once } from 'node:events'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

/** What a proxy asks: it answers as the apps do. */
export async function startUpstream(): Promise<{ port: number; stop: () => void }> {
  const server = http.createServer(async (request, response) => {
    const { url = '/' } = request
    if (url === '/echo') return request.pipe(response)
    await sleep(url === '/slow' ? 700 : 20)
    return response.end(url === '/' ? 'hello' : url.slice(1))
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const { port } = server.address() as AddressInfo
  return { port, stop: () => server.close().closeAllConnections() }
}
