import http from 'node:http'
import { hangTimeout } from './load.ts'

export interface Answer {
  status: number
  body: string
  headers: http.IncomingHttpHeaders
}

/** One request on a connection of its own. */
export function get(
  where: number | string | { host: string; port: number },
  path = '/',
  agent: http.Agent | false = false,
): Promise<Answer> {
  const place =
    typeof where === 'number'
      ? { host: '127.0.0.1', port: where }
      : typeof where === 'string'
        ? { socketPath: where }
        : where
  return new Promise((resolve, reject) => {
    const request = http.get({ ...place, path, agent }, (response) => {
      let body = ''
      response.setEncoding('utf8').on('data', (text: string) => (body += text))
      response.on('error', reject)
      response.on('end', () => resolve({ status: response.statusCode!, body, headers: response.headers }))
    })
    request.setTimeout(hangTimeout, () => request.destroy(new Error('hung')))
    request.on('error', reject)
  })
}

/** Asks, on new connections, until `count` different workers have answered with their pid. */
export async function pidsOf(where: number | string, count: number): Promise<Set<number>> {
  const pids = new Set<number>()
  for (let asked = 0; pids.size < count && asked < 500; asked++)
    pids.add(Number((await get(where, '/pid')).body))
  return pids
}
