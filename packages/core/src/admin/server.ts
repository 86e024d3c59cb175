import http, { type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { Visitors } from './visitors.ts'

/** What a client may take up, so that none can make a difference to what the primary is for. */
const limits = {
  /** Browsers send the cookies of everything on this host. */
  maxHeaderSize: 16_384,
  /** In ms, as all of these. */
  headersTimeout: 5000,
  requestTimeout: 5000,
  connectionsCheckingInterval: 1000,
  insecureHTTPParser: false,
}

/** How many requests are answered at once, probes apart. */
const mostServed = 64

/** Such as kubelets and load balancers ask for: cheap, and never turned away. */
export const probePaths: ReadonlySet<string> = new Set(['/livez', '/readyz'])

/**
 * A server of the primary's own. It does not keep the process alive, and takes one
 * request per connection: what is asked ahead of an answer costs nothing.
 * @param answer never rejects.
 */
export function makeServer(answer: (request: IncomingMessage, response: ServerResponse) => Promise<void>): {
  server: Server
  visitors: Visitors
} {
  const server = http.createServer(limits)
  const visitors = new Visitors(server)
  server.maxRequestsPerSocket = 1
  server.on('dropRequest', (_request, socket) => socket.destroy())
  server.on('request', (request, response) => {
    // It only says to the client that it should go; this hangs up.
    response.shouldKeepAlive = false
    const isFull = visitors.served >= mostServed && !probePaths.has(request.url ?? '')
    visitors.serve(request, response)
    if (isFull) response.writeHead(503, { 'Retry-After': 1 }).end()
    else void answer(request, response)
  })
  return { server, visitors }
}
