import { tmpdir } from 'node:os'
import path from 'node:path'
import Fastify from 'fastify'
import database from './plugins/database.js'
import orders from './routes/orders.js'

const defaultFile = path.join(tmpdir(), 'example-orders.jsonl')

/** The app, without a server: tests use it as it is. */
export function build(options, { file = defaultFile } = {}) {
  const fastify = Fastify(options)
  fastify.register(database, { file })
  fastify.register(orders, { prefix: '/orders' })
  fastify.get('/', async () => ({ hello: `from ${process.pid}` }))
  return fastify
}
