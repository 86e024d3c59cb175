import assert from 'node:assert/strict'
import { once } from 'node:events'
import http, { type ServerResponse } from 'node:http'
import net, { type AddressInfo } from 'node:net'
import { describe, it, type TestContext } from 'node:test'
import { Reader } from './reader.ts'

interface Opened {
  client: net.Socket
  response: ServerResponse
}

/** A connection of which the client does not read. */
async function opened(t: TestContext): Promise<Opened> {
  const server = http.createServer()
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const client = net.connect((server.address() as AddressInfo).port, '127.0.0.1')
  client.pause()
  client.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n')
  const [, response] = (await once(server, 'request')) as [unknown, ServerResponse]
  t.after(() => {
    client.destroy()
    server.close()
  })
  return { client, response }
}

describe('a reader of the live stream', () => {
  it('that does not read is not buffered for without bound, and hears how all is when it reads', async (t) => {
    const { client, response } = await opened(t)
    let beginnings = 0
    const reader = new Reader(response, () => `beginning ${++beginnings};`)
    const piece = `${'x'.repeat(16 * 1024)};`
    let most = 0
    for (let told = 0; told < 4000; told++) {
      reader.tell(piece)
      most = Math.max(most, response.writableLength)
      if (told % 50 === 0) await new Promise((resolve) => setImmediate(resolve))
    }
    assert.ok(most > 100_000 && most < 400_000, `${most} bytes were kept of ${4000 * piece.length}`)
    // Each time that the kernel took all there was, it heard how all was.
    const before = beginnings

    let tail = ''
    const heard = new Promise<void>((resolve) =>
      client.setEncoding('latin1').on('data', (text: string) => {
        tail = (tail + text).slice(-40_000)
        if (tail.includes(`beginning ${before + 1};`) && tail.includes('the next')) resolve()
      }),
    )
    const again = once(response, 'drain')
    client.resume()
    await again
    reader.tell('the next;')
    await heard
    assert.equal(beginnings, before + 1)
    assert.ok(tail.indexOf(`beginning ${before + 1};`) < tail.indexOf('the next'))
  })

  it('that does not read is no trouble when the stream ends', async (t) => {
    const { client, response } = await opened(t)
    const reader = new Reader(response, () => 'beginning;')
    for (let told = 0; told < 4000; told++) reader.tell('x'.repeat(16 * 1024))
    const ended = once(response, 'close')
    reader.end()
    client.resume()
    await ended
    assert.equal(response.writableFinished, true)
  })
})
