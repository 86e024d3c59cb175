import assert from 'node:assert/strict'
import { once } from 'node:events'
import type { ClientHttp2Session } from 'node:http2'
import { connect } from '../../support/http2-client.ts'
import { type Client, hangTimeout } from '../../support/load.ts'
import { Sessions } from './sessions.ts'

/** By HTTP/2 alone: the client of @grpc/grpc-js sends a call once more that was refused. */
export function grpcClients(count: number, port: number): Client[] {
  return Array.from({ length: count }, () => {
    const sessions = new Sessions('h2c', port)
    return () => sessions.ask((session) => call(session, 'echo', 'hello'))
  })
}

export async function slowCall(port: number): Promise<void> {
  const session = connect('h2c', port)
  await call(session, 'slow', 'slow')
  session.close()
}

/** The answer is what was sent. */
async function call(session: ClientHttp2Session, method: string, text: string): Promise<void> {
  const stream = session.request({
    ':method': 'POST',
    ':path': `/Echo/${method}`,
    'content-type': 'application/grpc',
    te: 'trailers',
  })
  let trailers: Record<string, unknown> = {}
  stream.on('trailers', (headers) => (trailers = headers))
  const chunks: Buffer[] = []
  stream.on('data', (chunk: Buffer) => chunks.push(chunk))
  stream.setTimeout(hangTimeout, () => stream.destroy(new Error('hung')))
  const length = Buffer.alloc(5)
  length.writeUInt32BE(text.length, 1)
  stream.end(Buffer.concat([length, Buffer.from(text)]))
  await once(stream, 'end')
  assert.equal(trailers['grpc-status'], '0', `status ${String(trailers['grpc-status'])}`)
  assert.equal(String(Buffer.concat(chunks).subarray(5)), text)
}
