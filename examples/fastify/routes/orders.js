import { setTimeout as sleep } from 'node:timers/promises'

const order = {
  type: 'object',
  required: ['item'],
  properties: { item: { type: 'string' }, count: { type: 'integer', minimum: 1, default: 1 } },
}

export default async function orders(fastify) {
  fastify.get('/', async () => fastify.database.all())

  fastify.post('/', { schema: { body: order } }, async (request, reply) => {
    await fastify.database.add(request.body)
    return reply.code(201).send(request.body)
  })

  // Long enough to see that a reload and a stop wait for it.
  fastify.get('/report', async (request) => {
    await sleep(Number(request.query.ms ?? 5000))
    const all = await fastify.database.all()
    return { orders: all.length, by: process.pid }
  })
}
