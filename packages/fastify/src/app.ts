import net from 'node:net'
import { ClusteredError } from '@clustered/core'

/** What a Fastify app looks like, in Fastify 4 and 5 alike, whatever its server is. */
export interface FastifyApp {
  readonly server: net.Server
  readonly initialConfig: object
  ready(): PromiseLike<unknown>
  listen(options?: any): Promise<string>
  close(): Promise<unknown>
}

/** The server of an app, or of the app that a function makes. */
export type FastifyServerOf<Given> = Given extends net.Server
  ? Given
  : Given extends { readonly server: infer Server extends net.Server }
    ? Server
    : Given extends () => infer Made
      ? FastifyServerOf<Awaited<Made>>
      : never

export function isFastify(value: unknown): value is FastifyApp {
  return (
    typeof value === 'object' && value !== null && 'addHook' in value && 'ready' in value && 'server' in value
  )
}

/** @throws {ClusteredError} ERR_CLUSTERED_BAD_TARGET */
export function serverOf({ server }: FastifyApp): net.Server {
  if (server instanceof net.Server) return server
  const what = (server as object | undefined)?.constructor?.name ?? typeof server
  throw new ClusteredError(
    'ERR_CLUSTERED_BAD_TARGET',
    `The serverFactory of the Fastify app returned an object (${what}), which workers cannot share. ` +
      'Expected: a server of http, https or http2.',
  )
}
