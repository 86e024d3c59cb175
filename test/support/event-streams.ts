import { once } from 'node:events'
import http from 'node:http'

export interface EventStreams {
  /** Those that ended, or broke, before they were told to. */
  readonly cut: number
  readonly events: number
  stop(): void
}

/** Opens `count` event streams, each on a connection of its own, and waits until each has had an event. */
export async function eventStreams(port: number, count: number, path = '/events'): Promise<EventStreams> {
  let cut = 0
  let events = 0
  let stopped = false
  const end = (): void => {
    if (!stopped) cut++
  }
  const requests = await Promise.all(
    Array.from({ length: count }, async () => {
      const request = http.get({ host: '127.0.0.1', port, path, agent: false })
      const [response] = (await once(request, 'response')) as [http.IncomingMessage]
      request.on('error', () => {})
      response.on('error', () => {})
      response.once('close', end)
      response.on('data', () => events++)
      await once(response, 'data')
      return request
    }),
  )
  return {
    get cut() {
      return cut
    },
    get events() {
      return events
    },
    stop() {
      stopped = true
      for (const request of requests) request.destroy()
    },
  }
}
