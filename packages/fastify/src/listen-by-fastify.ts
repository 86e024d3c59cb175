import net, { type ListenOptions } from 'node:net'
import { type FastifyApp, serverOf } from './app.ts'

/**
 * Where Fastify listens if it is not told where: at localhost, and not at every
 * address, as Node would. That may be two addresses, and a place is one.
 */
export function withFastifyHost(options: ListenOptions & { fd?: number }): ListenOptions {
  const { path, fd, host = 'localhost' } = options
  // In place of a host that is missing, Fastify would listen at localhost as well.
  if (fd !== undefined) return { ...options, host: '' }
  return path === undefined && host === 'localhost' ? { ...options, host: '127.0.0.1' } : options
}

const listening = new WeakSet<FastifyApp>()

/**
 * The server of an app, whose `listen` is the app's: that writes to the app's
 * log where it listens, and runs the hooks `onListen`. What listens at further
 * places passes its connections on.
 * @throws {ClusteredError} ERR_CLUSTERED_BAD_TARGET
 */
export function listenByFastify(app: FastifyApp): net.Server {
  const server = serverOf(app)
  if (listening.has(app)) return net.createServer((socket) => void server.emit('connection', socket))
  listening.add(app)
  const listen: (...args: any[]) => net.Server = server.listen.bind(server)
  let isAsked = false
  const ask = async (options: ListenOptions): Promise<void> => {
    isAsked = true
    let isTold = false
    const onError = (): void => void (isTold = true)
    server.once('error', onError)
    try {
      await app.listen(options)
    } catch (error) {
      // Who waits for the server hears what that emits by itself.
      if (!isTold) server.emit('error', error)
    } finally {
      server.off('error', onError)
      isAsked = false
    }
  }
  server.listen = (...args: any[]) => {
    if (isAsked) return listen(...args)
    void ask(args[0])
    return server
  }
  return server
}
