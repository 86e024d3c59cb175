// Clients that each keep a connection, for what wrk does not tell: who answered,
// when, and how long each kind of request took.
import net from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { hangTimeout, load } from '../../test/dist/support/load.js'

/**
 * @param count of clients. Each asks for `path` again and again, never twice for
 *   the same; with `pause` it waits before, for so many ms in the mean, so that
 *   they do not march in step. `haste` is that of `load`.
 * @returns `answers`, each with its client's number, the worker that answered, when
 *   it was there (`at`) and how long it took, in ms. `stop` returns how many failed.
 */
export function startClients(port, count, path, pause = 0, haste = {}) {
  const answers = []
  const sockets = []
  const clients = Array.from({ length: count }, (_, client) => async () => {
    if (pause > 0) await sleep(Math.random() * 2 * pause)
    const start = performance.now()
    if (!sockets[client]?.writable) sockets[client] = connect(port)
    const { worker, isLast } = await ask(sockets[client], path)
    if (isLast) sockets[client].destroy()
    const at = performance.now()
    answers.push({ client, worker, at, ms: at - start })
  })
  const running = load(clients, haste)
  return {
    answers,
    async stop() {
      await running.stop()
      for (const socket of sockets) socket?.destroy()
      return running.failures.length
    },
  }
}

function connect(port) {
  const socket = net.connect({ port, host: '127.0.0.1', noDelay: true }).setEncoding('latin1')
  socket.setTimeout(hangTimeout, () => socket.destroy())
  // Who waits for an answer then hears of it by 'close'.
  return socket.on('error', () => {})
}

function ask(socket, path) {
  return new Promise((resolve, reject) => {
    let text = ''
    const ended = () => reject(new Error('closed before the answer'))
    const read = (chunk) => {
      text += chunk
      const answer = /^HTTP\/1\.1 200 (.*?)\r\n\r\n(.*)$/s.exec(text)
      if (answer?.[2].length !== Number(/content-length: (\d+)/i.exec(answer?.[1])?.[1])) return
      socket.off('data', read).off('close', ended)
      resolve({ worker: answer[2], isLast: /connection: close/i.test(answer[1]) })
    }
    socket.on('data', read).once('close', ended)
    socket.write(`GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n`)
  })
}
