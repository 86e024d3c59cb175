import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { balances } from './support/balances.ts'
import { Conversation } from './support/conversation.ts'
import { Dice } from './support/dice.ts'
import { Program, start } from './support/program.ts'
import { get, RawAnswers } from './support/raw-answer.ts'

/** How many; 16 are held at a time, and each takes a tenth of a second. */
const conversations = Number(process.env['CONVERSATIONS'] ?? 150)
const first = Number(process.env['SEED'] ?? Math.floor(Math.random() * 1e9))

const pidOf = (answer: string): string => /^x-pid: (\d+)/im.exec(answer)![1]!

for (const balance of balances)
  describe(`connections that move all the time (${balance})`, { concurrency: true }, () => {
    const OPTIONS = JSON.stringify({ workers: 3, balance, migrate: true })
    let program: Program
    let port: number
    before(async () => {
      program = new Program('moving.js', { env: { OPTIONS } })
      port = await program.listens()
    })
    after(() => program.dispose())

    it(`${conversations} conversations, cut anywhere: each answer is right and whole, and comes once`, async (t) => {
      t.diagnostic(`the first seed is ${first}`)
      let seed = first
      let answers = 0
      let moves = 0
      const talk = async (): Promise<void> => {
        while (seed < first + conversations) {
          const mine = seed++
          const conversation = new Conversation(port, new Dice(mine))
          await conversation.hold().catch((error: Error) => {
            seed = Infinity
            const said = JSON.stringify(conversation.said.slice(-6), undefined, 2)
            throw new Error(`SEED=${mine}: ${error.message.slice(0, 2000)}\nIt had said: ${said}`)
          })
          const { pids } = conversation
          answers += pids.length
          moves += pids.filter((pid, index) => index > 0 && pid !== pids[index - 1]).length
        }
      }
      await Promise.all(Array.from({ length: 16 }, talk))
      assert.doesNotMatch(program.output, /BROKEN|crash|gone/)
      t.diagnostic(`${answers} answers, ${moves} by another worker than the one before`)
      assert.ok(moves > conversations / 10, `${moves} moves`)
    })

    it('a request may be cut at every one of its bytes', async () => {
      const bytes =
        'POST /?id=1 HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nX-Sum: x\r\n\r\n' +
        get('/?id=2')
      const cuts = Array.from({ length: bytes.length - 1 }, (_, cut) => cut + 1)
      const pids = new Set<string>()
      const talk = async (): Promise<void> => {
        const answers = await RawAnswers.open(port)
        answers.socket.setNoDelay()
        for (let cut = cuts.shift(); cut; cut = cuts.shift()) {
          answers.socket.write(bytes.slice(0, cut))
          await sleep(8)
          answers.socket.write(bytes.slice(cut))
          const [one, two] = [await answers.read(), await answers.read()]
          assert.match(one, /POST \/\?id=1 3 a9993e36\w+ x\n$/, `cut at ${cut}`)
          assert.match(two, /GET \/\?id=2 0 da39a3ee\w+ \n$/, `cut at ${cut}`)
          pids.add(pidOf(two))
        }
        answers.socket.destroy()
      }
      await Promise.all([talk(), talk(), talk(), talk(), talk(), talk()])
      assert.equal(pids.size, 3)
    })

    it('one that the app has to do with stays', async () => {
      const touches = ['property', 'symbol', 'data', 'write']
      await Promise.all(
        touches.map(async (touch) => {
          const answers = await RawAnswers.open(port)
          const pid = pidOf(await answers.ask(get(`/?touch=${touch}`)))
          for (let again = 0; again < 8; again++) {
            await sleep(20)
            assert.equal(pidOf(await answers.ask(get('/'))), pid, touch)
          }
          answers.socket.destroy()
        }),
      )
    })
  })

it('one that is idle is closed after the keep-alive timeout, and is told nothing before', async (t) => {
  const timeouts = { headersTimeout: 300, connectionsCheckingInterval: 50, keepAliveTimeout: 1500 }
  const env = { OPTIONS: JSON.stringify({ workers: 2 }), SERVER: JSON.stringify(timeouts), MOVES: '1' }
  const program = start(t, 'moving.js', { env })
  const answers = await RawAnswers.open(await program.listens())
  await answers.ask(get('/'))
  const since = performance.now()
  assert.equal(await answers.end(), '')
  assert.ok(performance.now() - since >= 1500)
})
