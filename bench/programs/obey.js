/**
 * Says that all workers listen, then does what the bench asks for. Ends with
 * the bench.
 */
export function obey(commands) {
  process.on('disconnect', () => process.exit())
  process.on('message', async ({ command, argument }) => {
    try {
      await commands[command](argument)
      process.send({})
    } catch (error) {
      process.send({ error: String(error) })
    }
  })
  process.send({})
}
