/**
 * What kind a server is, asked of its methods: an `instanceof` would load
 * node:tls and node:http2, 4 MB of memory, in every worker.
 */
import type * as net from 'node:net'

/** `https`, `tls`, and `http2` where it is secure. */
export function isSecure(server: net.Server): boolean {
  return 'setSecureContext' in server
}

/** `http2`, secure or not. */
export function isHttp2(server: net.Server): boolean {
  return 'updateSettings' in server
}
