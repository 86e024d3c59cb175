import { once } from 'node:events'
import http from 'node:http'
import https from 'node:https'
import type { TestContext } from 'node:test'
import { eventually, type Program, start } from './program.ts'

/** What sticky.js says of itself, and of a request. */
export interface About {
  id: string
  pid: number
  url: string
  remoteAddress: string
  remotePort: number
  localPort: number
  encrypted: boolean
  headers: http.IncomingHttpHeaders
  rawHeaders: string[]
  received: number
}

export const sticky = (t: TestContext, options: object, env: Record<string, string> = {}): Program =>
  start(t, 'sticky.js', {
    env: {
      OPTIONS: JSON.stringify({ workers: 2, reload: { soak: 50 }, drainTimeout: 2000, ...options }),
      ...env,
    },
  })

export interface Asked {
  path?: string
  method?: string
  headers?: http.OutgoingHttpHeaders | string[]
  body?: Buffer
  trailers?: Record<string, string>
  agent?: http.Agent
  secure?: boolean
}

interface Answer {
  status: number
  body: string
  response: http.IncomingMessage
}

/** One request, on a connection of its own unless it has an agent. */
export async function ask(port: number, asked: Asked = {}): Promise<Answer> {
  const { path: at = '/', method = 'GET', headers = {}, body, trailers, agent, secure } = asked
  const request = (secure ? https : http).request({
    port,
    path: at,
    method,
    headers,
    rejectUnauthorized: false,
    agent: agent ?? new (secure ? https : http).Agent(),
  })
  if (trailers) request.addTrailers(trailers)
  request.end(body)
  const [response] = (await once(request, 'response')) as [http.IncomingMessage]
  let text = ''
  for await (const chunk of response.setEncoding('utf8')) text += chunk
  return { status: response.statusCode!, body: text, response }
}

export const about = async (port: number, asked: Asked = {}): Promise<About> =>
  JSON.parse((await ask(port, asked)).body) as About

/** The ids of all workers, each with its pid. */
export async function idsOf(port: number, count: number, secure = false): Promise<Map<string, number>> {
  const ids = new Map<string, number>()
  await eventually(async () => {
    const { id, pid } = await about(port, { secure })
    return ids.set(id, pid).size === count
  }, `${count} workers answer`)
  return ids
}
