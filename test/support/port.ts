import dgram from 'node:dgram'
import { once } from 'node:events'
import net from 'node:net'

/** Below those that the kernel gives out by itself, to a `listen(0)` or a client of any program. */
const [lowest, highest] = [12_000, 32_000]

/** A port that nobody listens at now, and that this finds for no other test file either while this one runs. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = lowest + Math.floor(Math.random() * (highest - lowest))
    if ((await claim(port)) && (await isFree(port))) return port
  }
}

/** By its namesake of UDP, which nothing here uses, and which this process has until it ends. */
function claim(port: number): Promise<boolean> {
  const socket = dgram.createSocket('udp4').unref()
  const bound = once(socket, 'listening').then(
    () => true,
    () => false,
  )
  socket.bind({ port, address: '127.0.0.1', exclusive: true })
  return bound
}

async function isFree(port: number): Promise<boolean> {
  const server = net.createServer()
  try {
    await once(server.listen(port), 'listening')
  } catch {
    return false
  }
  server.close()
  await once(server, 'close')
  return true
}
