import assert from 'node:assert/strict'
import { ask } from '../../support/http2-client.ts'
import type { Client, What } from '../../support/load.ts'
import { Sessions } from './sessions.ts'

export function http2Clients(count: number, protocol: string, port: number, what: What): Client[] {
  return Array.from({ length: count }, () => http2Client(protocol, port, what))
}

function http2Client(protocol: string, port: number, { path = '/', body, expect }: What): Client {
  const sessions = new Sessions(protocol, port)
  return async () => {
    const answer = await sessions.ask((session) => ask(session, path, body && String(body)))
    assert.equal(answer.status, 200, `status ${answer.status}: ${answer.body.slice(0, 80)}`)
    if (typeof expect === 'string')
      assert.ok(answer.body === expect, `wrong body: ${answer.body.length} bytes`)
  }
}
