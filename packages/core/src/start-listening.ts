import type { ListenOptions, Server } from 'node:net'

/** Resolves when the server listens, rejects with Node's own error if it cannot. */
export function startListening(server: Server, options: ListenOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    // Of a descriptor, Node reads the backlog here only.
    server.listen(options, options.backlog, () => {
      server.off('error', reject)
      resolve()
    })
  })
}
