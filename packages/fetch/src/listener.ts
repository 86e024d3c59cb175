import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { hold } from '@clustered/core'

/** What a handler is given. */
export interface ServedRequest extends Request {
  /** The address of the client, as the connection has it. */
  readonly ip?: string
  readonly runtime?: { readonly node?: { req: IncomingMessage; res?: ServerResponse } }
  /** Has a worker that leaves wait for it, as `hold` does. */
  waitUntil?: (work: unknown) => void
}

/** Answers a request, at once or in time. */
export type FetchHandler = (request: ServedRequest) => Response | Promise<Response>

/** What apps of h3, Elysia and Hono look like, and what a module for Bun, Deno or Workers exports. */
export interface FetchApp {
  fetch(request: Request, ...rest: any[]): Response | Promise<Response>
}

/**
 * The request listener that a handler or an app is served by, for a server of your own:
 *
 * ```ts
 * clustered(async () => https.createServer({ key, cert }, await toListener(app)))
 * ```
 * The bridge is srvx: `request.ip` is the client's address, and
 * `request.runtime.node` has Node's own request and response. What is given to
 * `request.waitUntil` is held work.
 */
export async function toListener(app: FetchApp | FetchHandler): Promise<RequestListener> {
  // In a process that serves only.
  const { patchGlobalRequest, toNodeHandler } = await import('srvx/node')
  // Without it, `new Request(request)` throws: what handlers get is not quite what Node makes.
  patchGlobalRequest()
  const answer: FetchHandler = typeof app === 'function' ? app : (request) => app.fetch(request)
  return toNodeHandler((request) => {
    // Apps look for it there, those of h3 among them.
    ;(request as ServedRequest).waitUntil = waitUntil
    // What answers at once is not made to wait.
    try {
      const answered = answer(request)
      return isPromise(answered)
        ? answered.then(
            (response) => present(request, response),
            (error: unknown) => failed(request, error),
          )
        : present(request, answered)
    } catch (error) {
      return failed(request, error)
    }
  }) as RequestListener
}

function waitUntil(work: unknown): void {
  void hold(Promise.resolve(work))
}

function isPromise(answered: Response | Promise<Response> | undefined): answered is Promise<Response> {
  return typeof (answered as Promise<Response> | undefined)?.then === 'function'
}

function present(request: Request, response: Response | undefined): Response {
  if (response) return response
  const what = `The fetch handler returned ${response}. Expected: a Response, or a promise of one.`
  return failed(request, new TypeError(what))
}

/** As frameworks have it: an error that a handler throws is its request's, and ends no worker. */
function failed(request: Request, error: unknown): Response {
  // Where the client has left, it is what the handler was told by the signal.
  if (!request.signal.aborted) console.error(error)
  return new Response('Internal Server Error\n', { status: 500, headers: { 'Content-Type': 'text/plain' } })
}
