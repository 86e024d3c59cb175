export const app = { fetch: (_request: Request): Response => new Response('hello') }
/** Of crossws. */
export const hooks = {}
