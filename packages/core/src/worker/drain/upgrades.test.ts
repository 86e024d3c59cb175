import assert from 'node:assert/strict'
import { once } from 'node:events'
import http from 'node:http'
import net, { type AddressInfo } from 'node:net'
import { describe, it } from 'node:test'
import { onUpgrade } from './upgrades.ts'

const upgrade = 'GET / HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n'

async function ask(server: http.Server): Promise<string> {
  const socket = net.connect((server.address() as AddressInfo).port, '127.0.0.1')
  socket.end(upgrade)
  const [answer] = (await once(socket, 'data')) as [Buffer]
  socket.destroy()
  return String(answer)
}

describe('upgrades', () => {
  it('are seen whenever and however the app listens, and answered like other requests while it does not', async (t) => {
    const seen: string[] = []
    const server = http.createServer((_request, response) => response.end('plain'))
    t.after(() => server.close())
    onUpgrade(server, () => seen.push('look'))
    const accept = (_request: unknown, socket: net.Socket): void => {
      seen.push('app')
      socket.end('HTTP/1.1 101 Switching Protocols\r\n\r\n')
    }
    await once(server.listen(0), 'listening')
    assert.equal(server.listenerCount('upgrade'), 0)
    assert.match(await ask(server), /plain/)
    assert.deepEqual(seen, [])
    for (const add of ['on', 'prependListener'] as const) {
      server[add]('upgrade', accept)
      assert.match(await ask(server), / 101 /)
      server.off('upgrade', accept)
      assert.match(await ask(server), /plain/)
    }
    assert.deepEqual(seen, ['look', 'app', 'look', 'app'])
  })
})
