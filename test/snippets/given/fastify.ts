import Fastify, { type FastifyInstance, type FastifyServerOptions } from 'fastify'

export const build = (options?: FastifyServerOptions): FastifyInstance => {
  const made = Fastify(options)
  made.get('/', async () => 'hello')
  return made
}
export const fastify = build()
