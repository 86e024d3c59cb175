import net from 'node:net'

/** What a server of TLS shares with its connections; made anew with each certificate. */
const name = '_sharedCreds'

/**
 * Called while the first server of TLS is made, which has its certificate by then. Nothing else says that the
 * program serves TLS, and to load node:tls for it takes up to 3 MB in each worker that does not.
 */
export function onFirstSecureServer(call: (server: net.Server) => void): void {
  Object.defineProperty(net.Server.prototype, name, {
    configurable: true,
    set(this: net.Server, value: unknown) {
      Reflect.deleteProperty(net.Server.prototype, name)
      Reflect.set(this, name, value)
      call(this)
    },
  })
}
