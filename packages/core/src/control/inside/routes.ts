import type { PrimaryCluster } from '../../primary/primary-cluster.ts'
import { answer } from '../answer.ts'
import { readBody } from '../body.ts'
import type { Handler, Routes } from '../routes.ts'
import { heap, profile } from './record.ts'
import { inspect } from './inspect.ts'
import { look } from './look.ts'
import { replace } from './replace.ts'

/** A look inside workers, and what is done to one of them. */
export function insideRoutes(cluster: PrimaryCluster): Routes {
  const streamed = { profile, heap, inspect, replace }
  return {
    'POST /v1/look': async (request, response) =>
      answer(response, 200, { workers: await look(cluster, await readBody(request)) }),
    ...Object.fromEntries(
      Object.entries(streamed).map(([name, run]): [string, Handler] => [
        `POST /v1/${name}`,
        async (request, response) => run(cluster, await readBody(request), response),
      ]),
    ),
  }
}
