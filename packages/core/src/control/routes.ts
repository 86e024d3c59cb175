import type { IncomingMessage, ServerResponse } from 'node:http'
import { ClusteredError } from '../errors.ts'
import { answer } from './answer.ts'
import { BadRequest } from './bad-request.ts'
import { readBody } from './body.ts'
import type { ControlledProgram } from './controlled.ts'
import { insideRoutes } from './inside/routes.ts'
import { streamReload, toErrorInfo } from './reload-stream.ts'

/** Whoever asks, as far as that is known. */
export interface Caller {
  /** Whether what is asked for may change something. */
  readonly mayChange: boolean
  /** By what it asks, for the log. */
  readonly by: string
}

export type Handler = (request: IncomingMessage, response: ServerResponse, caller: Caller) => unknown

/** By method and path, such as `GET /v1/program`. What is asked for with `GET` changes nothing. */
export type Routes = Readonly<Record<string, Handler>>

/** All that a program can be asked for: the control socket serves it, and so does the admin port. */
export function controlRoutes(program: ControlledProgram): Routes {
  const { cluster, logFiles } = program
  return {
    'GET /v1/program': (_request, response) => answer(response, 200, program.status),
    'GET /v1/live': (request, response, caller) => program.live.open(request, response, caller.mayChange),
    'POST /v1/reload': (_request, response) => streamReload(cluster, response),
    'POST /v1/scale': async (request, response) => {
      const { workers, by } = await readBody(request)
      const wanted = workers ?? (typeof by === 'number' ? cluster.size + by : undefined)
      if (typeof wanted !== 'number')
        throw new BadRequest(400, 'scale takes { "workers": 4 } or { "by": -1 }')
      await cluster.scale(wanted)
      answer(response, 200, program.status)
    },
    'POST /v1/reopen-logs': async (_request, response) => {
      await logFiles.reopen()
      answer(response, 200, program.status)
    },
    'POST /v1/close': (_request, response, { by }) => {
      answer(response, 202, program.status)
      cluster.stop(by)
    },
    ...insideRoutes(cluster),
  }
}

/** As in `Routes`. What is asked with `HEAD` is what `GET` would get, without its body. */
export function routeName({ method, url = '' }: IncomingMessage): string {
  return `${method === 'HEAD' ? 'GET' : method} ${url}`
}

/** Has the route answer, and answers with what it throws. Never rejects. */
export async function serveRoute(
  routes: Routes,
  request: IncomingMessage,
  response: ServerResponse,
  caller: Caller,
): Promise<void> {
  const name = routeName(request)
  try {
    const handler = Object.hasOwn(routes, name) ? routes[name] : undefined
    if (!handler)
      throw new BadRequest(404, `there is no ${name}. There is: ${Object.keys(routes).join(', ')}`)
    await handler(request, response, caller)
  } catch (error) {
    if (response.headersSent) return void response.destroy()
    // What is left of the request is not waited for.
    response.shouldKeepAlive = false
    const known = error instanceof ClusteredError ? error : new BadRequest(500, (error as Error).message)
    answer(response, known instanceof BadRequest ? known.status : 422, { error: toErrorInfo(known) })
  }
}
