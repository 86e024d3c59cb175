// Asks, on fresh connections, who answers, again and again.
import http from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'

/** In ms. What hangs keeps the probe no longer from asking others. */
const patience = 1000

/** @returns `seen`: when each worker has answered last. `stop` ends it. */
export function startProbe(port, lanes) {
  const seen = new Map()
  let isOver = false
  const lane = async () => {
    while (!isOver) {
      const name = await who(port)
      if (name !== undefined) seen.set(name, performance.now())
      await sleep(3)
    }
  }
  const running = Array.from({ length: lanes }, lane)
  return {
    seen,
    stop() {
      isOver = true
      return Promise.all(running)
    },
  }
}

function who(port) {
  return new Promise((resolve) => {
    const nobody = () => resolve(undefined)
    const request = http.get({ host: '127.0.0.1', port, path: '/who', agent: false }, (response) => {
      let name = ''
      response.setEncoding('utf8').on('data', (text) => (name += text))
      response.on('error', nobody)
      response.on('end', () => resolve(response.statusCode === 200 ? name : undefined))
    })
    request.setTimeout(patience, () => request.destroy())
    request.on('error', nobody)
  })
}
