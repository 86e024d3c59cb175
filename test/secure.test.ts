import assert from 'node:assert/strict'
import { once } from 'node:events'
import http2 from 'node:http2'
import https from 'node:https'
import { describe, it } from 'node:test'
import tls from 'node:tls'
import { balances } from './support/balances.ts'
import { connect } from './support/http2-client.ts'
import { start } from './support/program.ts'

function stream(session: http2.ClientHttp2Session, path: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let body = ''
    session
      .request({ ':path': path })
      .setEncoding('utf8')
      .on('data', (text: string) => (body += text))
      .on('error', reject)
      .on('end', () => resolve(body))
      .end()
  })
}

for (const balance of balances) {
  const options = JSON.stringify({ workers: 2, balance, reload: { soak: 50 } })

  for (const protocol of ['h2', 'h2c'])
    describe(`HTTP/2 (${protocol}, ${balance})`, () => {
      it('finishes the streams of a session that drains, and says GOAWAY', async (t) => {
        const program = start(t, 'http2.js', { env: { OPTIONS: options, PROTOCOL: protocol } })
        const port = await program.listens()
        const session = connect(protocol, port)
        const goaway = once(session, 'goaway')
        const closed = once(session, 'close')
        assert.match(await stream(session, '/'), /^2\.0 from /)
        const slow = stream(session, '/?ms=3000')
        await program.sees(/slow request begins/)
        program.kill('SIGHUP')
        const [code] = await goaway
        assert.equal(code, http2.constants.NGHTTP2_NO_ERROR)
        const next = connect(protocol, port)
        t.after(() => next.destroy())
        assert.match(await stream(next, '/'), /^2\.0 from /)
        assert.match(await slow, /^2\.0 from /)
        await program.sees(/reload done/)
        await closed
      })

      if (protocol === 'h2')
        it('serves HTTP/1.1 beside it', async (t) => {
          const program = start(t, 'http2.js', { env: { OPTIONS: options, PROTOCOL: protocol } })
          const port = await program.listens()
          const request = https.get({ port, rejectUnauthorized: false, agent: false })
          const [response] = await once(request, 'response')
          const [body] = await once(response.setEncoding('utf8'), 'data')
          assert.match(body, /^1\.1 from /)
        })
    })

  describe(`TLS (${balance})`, () => {
    it('is resumed by any worker with a ticket from any other, a reload later too', async (t) => {
      const program = start(t, 'server.js', { env: { OPTIONS: options, TLS: '1' } })
      const port = await program.listens()
      let session: Buffer | undefined
      const handshake = async (): Promise<boolean> => {
        const socket = tls.connect({
          port,
          rejectUnauthorized: false,
          maxVersion: 'TLSv1.2',
          ...(session && { session }),
        })
        socket.on('session', (ticket) => (session = ticket))
        await once(socket, 'secureConnect')
        const reused = socket.isSessionReused()
        socket.end()
        await once(socket, 'close')
        return reused
      }
      assert.equal(await handshake(), false)
      for (let time = 0; time < 10; time++) assert.equal(await handshake(), true)
      program.kill('SIGHUP')
      await program.sees(/reload done/)
      for (let time = 0; time < 10; time++) assert.equal(await handshake(), true)
    })
  })
}
