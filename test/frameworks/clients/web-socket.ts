import { once } from 'node:events'
import { WebSocket } from 'ws'
import { type Client, hangTimeout } from '../../support/load.ts'

/** What a server says that sends its clients to another: it restarts, or goes away. */
const goodbyes = [1001, 1012]

/** Each keeps its connection until the server says goodbye, and sends one message after the other meanwhile. */
export function webSocketClients(count: number, port: number, path: string): Client[] {
  return Array.from({ length: count }, () => {
    let socket: WebSocket | undefined
    return async () => {
      if (socket?.readyState !== WebSocket.OPEN) {
        socket = new WebSocket(`ws://127.0.0.1:${port}${path}`)
        await once(socket, 'open')
        // 'close' follows.
        socket.on('error', () => {})
      }
      await exchange(socket)
    }
  })
}

/** Behind a goodbye no answer comes: it may have crossed the message. */
function exchange(socket: WebSocket): Promise<void> {
  const sent = `message ${Math.random()}`
  return new Promise((resolve, reject) => {
    const settle = (error?: Error): void => {
      clearTimeout(timer)
      socket.off('message', onMessage).off('close', onClose).off('error', settle)
      if (error) reject(error)
      else resolve()
    }
    const onMessage = (data: Buffer): void =>
      settle(String(data) === sent ? undefined : new Error(`wrong message: ${String(data).slice(0, 80)}`))
    const onClose = (code: number): void =>
      settle(goodbyes.includes(code) ? undefined : new Error(`closed with ${code}`))
    const timer = setTimeout(() => settle(new Error('hung')), hangTimeout)
    socket.on('message', onMessage).on('close', onClose).on('error', settle)
    socket.send(sent)
  })
}
