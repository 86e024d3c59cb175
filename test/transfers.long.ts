import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { balances } from './support/balances.ts'
import { load, nodeClients, undiciClients } from './support/load.ts'
import { start } from './support/program.ts'
import { get, headOf, RawAnswers } from './support/raw-answer.ts'

const big = 20_000_000

/** So that no drain waits for the keep-alive timeout. */
const last = 'Connection: close\r\n'
const post = (headers: string) => get('/', `${headers}\r\n${last}`, '1.1', 'POST')
const tunnels = {
  CONNECT: get('other:1', '', '1.1', 'CONNECT'),
  upgrade: get('/', 'Connection: Upgrade\r\nUpgrade: echo\r\n'),
}

for (const balance of balances)
  describe(`what takes longer than a reload (${balance})`, () => {
    it('is whole, also where a connection has few requests', async (t) => {
      const program = start(t, 'moving.js', {
        env: {
          OPTIONS: JSON.stringify({ workers: 2, balance, reload: { soak: 50 } }),
          SERVER: JSON.stringify({ keepAliveTimeout: 1000 }),
          MOVES: '0',
          REQUESTS: '3',
        },
      })
      const port = await program.listens()
      const clients = load([
        ...nodeClients(4, { port }, { path: '/?ms=2' }),
        ...undiciClients(4, { port }, { path: '/?ms=2' }),
      ])
      t.after(() => clients.stop())
      const open = () => RawAnswers.open(port)
      const [upload, download, expecting] = [await open(), await open(), await open()]
      t.after(() => [upload, download, expecting].forEach(({ socket }) => socket.destroy()))

      upload.socket.write(post('Transfer-Encoding: chunked') + '3\r\nabc\r\n')
      download.socket.pause()
      download.socket.write(get(`/?pad=${big}`, last))
      expecting.socket.write(post('Content-Length: 3\r\nExpect: 100-continue'))
      await expecting.interim()
      const through = await Promise.all(
        Object.values(tunnels).map(async (request) => {
          const answers = await open()
          t.after(() => answers.socket.destroy())
          answers.socket.write(`${request}first,`)
          await answers.head()
          return answers
        }),
      )

      program.kill('SIGHUP')
      await program.sees(/reload done/)
      await clients.stop()
      assert.deepEqual(clients.failures, [])

      upload.socket.write('3\r\ndef\r\n0\r\nX-Sum: sum\r\n\r\n')
      assert.match(await upload.read(), /POST \/ 6 1f8ac10f23c5b5bc1167bda84b833e5c057a77d2 sum\n$/)
      expecting.socket.write('abc')
      assert.match(await expecting.read(), /^HTTP\/1.1 200 [^]*POST \/ 3 a9993e36/)
      for (const { socket } of through) socket.write('second,')
      for (const answers of through) {
        answers.socket.end('third')
        assert.equal(await answers.end(), 'first,second,third')
      }
      download.socket.resume()
      const answer = await download.end()
      assert.equal(answer.length - headOf(answer).length, big)
      await program.sees(/is gone: drained[^]*is gone: drained/)
      assert.doesNotMatch(program.output, /BROKEN/)
      t.diagnostic(`${clients.answered} answers`)
    })
  })
