import net from 'node:net'

export interface Flood {
  /** How many connections are open now. */
  readonly open: number
  /** How many were opened in all. */
  readonly opened: number
  stop(): void
}

/** How long (in ms) after a refusal the next attempt is: a port that is closed would be asked without a pause. */
const afterRefusal = 20

/**
 * Clients that take descriptors and nothing else: they connect, and never send
 * a byte. With `reopen`, each connects again when it is closed.
 */
export function flood(port: number, count: number, reopen: boolean): Flood {
  const sockets = new Set<net.Socket>()
  let stopped = false
  let open = 0
  let opened = 0
  const connect = (): void => {
    if (stopped) return
    const socket = net.connect({ host: '127.0.0.1', port })
    sockets.add(socket)
    let connected = false
    socket.once('connect', () => {
      connected = true
      open++
      opened++
    })
    socket.on('error', () => {})
    socket.resume()
    socket.once('close', () => {
      sockets.delete(socket)
      if (connected) open--
      if (reopen) setTimeout(connect, connected ? 0 : afterRefusal)
    })
  }
  for (let number = 0; number < count; number++) connect()
  return {
    get open() {
      return open
    },
    get opened() {
      return opened
    },
    stop() {
      stopped = true
      for (const socket of sockets) socket.destroy()
    },
  }
}
