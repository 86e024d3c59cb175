import { open, readFile } from 'node:fs/promises'
import fastifyPlugin from 'fastify-plugin'

/**
 * In place of a database: a file that every worker has open, so that what one of them adds, all of them read. It is
 * opened before the app is ready, and closed after its last answer.
 */
export default fastifyPlugin(async (fastify, { file }) => {
  const table = await open(file, 'a')
  fastify.decorate('database', {
    add: (order) => table.write(`${JSON.stringify(order)}\n`),
    async all() {
      const lines = await readFile(file, 'utf8')
      return lines
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line))
    },
  })
  fastify.addHook('onClose', async () => {
    await table.close()
    fastify.log.info('the database is closed')
  })
})
