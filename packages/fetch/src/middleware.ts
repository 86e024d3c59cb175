import type { Admitted } from '@clustered/core'

/** What stands before a handler, in the form of srvx: it answers, or returns what `next` does. */
export type FetchMiddleware = (
  request: Request,
  next: () => Response | Promise<Response>,
) => Response | Promise<Response>

/** Node's own response to a request; undefined where no server has it, as in tests. */
export function responseTo(request: Request): Admitted | undefined {
  return (request as { runtime?: { node?: { res?: Admitted } } }).runtime?.node?.res
}
