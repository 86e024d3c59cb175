import assert from 'node:assert/strict'
import type { ClientHttp2Session } from 'node:http2'
import { ask, connect } from '../../support/http2-client.ts'
import type { Client, What } from '../../support/load.ts'

export function http2Clients(count: number, protocol: string, port: number, what: What): Client[] {
  return Array.from({ length: count }, () => http2Client(protocol, port, what))
}

function http2Client(protocol: string, port: number, { path = '/', body, expect }: What): Client {
  const session = keptSession(protocol, port)
  return async () => {
    const answer = await ask(session(), path, body && String(body))
    assert.equal(answer.status, 200, `status ${answer.status}: ${answer.body.slice(0, 80)}`)
    if (typeof expect === 'string')
      assert.ok(answer.body === expect, `wrong body: ${answer.body.length} bytes`)
  }
}

/** @returns the session for the next request: the same one until the server says GOAWAY. */
export function keptSession(protocol: string, port: number): () => ClientHttp2Session {
  let session: ClientHttp2Session | undefined
  return () => {
    if (session && !session.closed && !session.destroyed) return session
    session = connect(protocol, port)
    // It is there for as long as it has a request.
    session.unref()
    return session
  }
}
