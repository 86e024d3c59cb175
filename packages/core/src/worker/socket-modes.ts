import net from 'node:net'
import type { ListenRequest } from '../protocol/messages.ts'

type Modes = Pick<ListenRequest, 'readableAll' | 'writableAll' | 'umask'>

const wanted = new WeakMap<net.Server, Modes>()

/**
 * Remembers who may use a server's unix socket. Node sets that on a socket
 * which it has at once, and a worker's server gets its own later.
 */
export function rememberSocketModes(): void {
  const prototype = net.Server.prototype as { listen: (...args: unknown[]) => net.Server }
  const { listen } = prototype
  const remembering = function (this: net.Server, ...args: unknown[]): net.Server {
    const { readableAll, writableAll } = (args[0] ?? {}) as net.ListenOptions
    wanted.set(this, { readableAll: readableAll === true, writableAll: writableAll === true })
    return Reflect.apply(listen, this, args)
  }
  prototype.listen = Object.defineProperties(remembering, Object.getOwnPropertyDescriptors(listen))
}

/** With the file mode creation mask of this process: the app may have set one. */
export function socketModesOf(server: net.Server, { port, addressType }: ListenRequest): Modes {
  return port === -1 && addressType === -1 ? { ...wanted.get(server), umask: process.umask() } : {}
}
