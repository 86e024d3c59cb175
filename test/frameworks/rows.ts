import type { Row } from './row.ts'
import { rows as express } from './rows/express.ts'
import { rows as fastify } from './rows/fastify.ts'
import { rows as fetch } from './rows/fetch.ts'
import { rows as fullStack } from './rows/full-stack.ts'
import { rows as hono } from './rows/hono.ts'
import { rows as koa } from './rows/koa.ts'
import { rows as nest } from './rows/nest.ts'
import { rows as node } from './rows/node.ts'
import { rows as others } from './rows/others.ts'
import { rows as queries } from './rows/queries.ts'

/** In the order of the table. */
export const rows: Row[] = [
  ...express,
  ...koa,
  ...fastify,
  ...nest,
  ...hono,
  ...fetch,
  ...fullStack,
  ...others,
  ...queries,
  ...node,
]
