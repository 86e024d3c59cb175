import assert from 'node:assert/strict'
import https from 'node:https'
import { describe, it, type TestContext } from 'node:test'
import { balances } from './support/balances.ts'
import { eventually, type Program, start } from './support/program.ts'
import { get, headOf, RawAnswers } from './support/raw-answer.ts'

/** Connections that their clients keep, each asking again and again. */
class Kept {
  readonly #connections: RawAnswers[] = []

  async open(port: number, count: number): Promise<void> {
    for (let opened = 0; opened < count; opened++) this.#connections.push(await RawAnswers.open(port))
  }

  /** @returns how many of them each worker has answered: a connection that was closed makes it fail. */
  async spread(): Promise<number[]> {
    const pids = await Promise.all(
      this.#connections.map(async (connection) => {
        const answer = await connection.ask(get('/pid'))
        return answer.slice(headOf(answer).length)
      }),
    )
    const counts = new Map<string, number>()
    for (const pid of pids) counts.set(pid, (counts.get(pid) ?? 0) + 1)
    return [...counts.values()].toSorted((a, b) => a - b)
  }

  async isSpread(...wanted: number[]): Promise<void> {
    let seen: number[] = []
    try {
      await eventually(async () => (seen = await this.spread()).join() === wanted.join(), 'a fair share each')
    } catch (error) {
      assert.deepEqual(seen, wanted, (error as Error).message)
    }
  }
}

for (const balance of balances)
  describe(`connections that clients keep (${balance})`, () => {
    const boot = async (t: TestContext, workers: number, more = {}, env = {}): Promise<[Program, number]> => {
      const options = JSON.stringify({ workers, balance, reload: { soak: 50 }, ...more })
      const program = start(t, 'server.js', {
        env: { OPTIONS: options, KEEP_ALIVE_TIMEOUT: '60000', ...env },
      })
      return [program, await program.listens()]
    }

    it('move to where there is room: after a scale-up, a reload and a scale-down', async (t) => {
      const [program, port] = await boot(t, 1)
      const kept = new Kept()
      await kept.open(port, 12)
      assert.deepEqual(await kept.spread(), [12])
      program.kill('SIGTTIN')
      await kept.isSpread(6, 6)
      program.kill('SIGTTIN')
      await kept.isSpread(4, 4, 4)
      program.kill('SIGHUP')
      await program.sees(/reload done/)
      await kept.isSpread(4, 4, 4)
      program.kill('SIGTTOU')
      await kept.isSpread(6, 6)
    })

    it('stay where they are with migrate: false', async (t) => {
      const [program, port] = await boot(t, 1, { migrate: false })
      const kept = new Kept()
      await kept.open(port, 4)
      program.kill('SIGTTIN')
      await program.sees(/worker 1 .* is ready/)
      for (let asked = 0; asked < 50; asked++) assert.deepEqual(await kept.spread(), [4])
    })

    it('cannot move under TLS: new ones go to who has fewer', async (t) => {
      const [program, port] = await boot(t, 1, {}, { TLS: '1' })
      const connections = new Map<string, number>()
      const connect = async (): Promise<void> => {
        const agent = new https.Agent({ keepAlive: true })
        t.after(() => agent.destroy())
        const pid = await ask(port, agent)
        connections.set(pid, (connections.get(pid) ?? 0) + 1)
      }
      for (let opened = 0; opened < 40; opened++) await connect()
      program.kill('SIGTTIN')
      await program.sees(/worker 1 .* is ready/)
      let opened = 0
      await eventually(async () => {
        await connect()
        // By the toss of a coin, that many would have to be very lucky.
        assert.ok(++opened <= 60, `${[...connections.values()]}`)
        const [one = 0, other = 0] = connections.values()
        return Math.abs(one - other) <= 10
      }, 'a tenth more, or fewer, than a fair share')
    })
  })

function ask(port: number, agent: https.Agent): Promise<string> {
  return new Promise((resolve, reject) => {
    const request = https.get({ port, path: '/pid', agent, rejectUnauthorized: false }, (response) => {
      let body = ''
      response.setEncoding('utf8').on('data', (text: string) => (body += text))
      response.on('end', () => resolve(body))
    })
    request.on('error', reject)
  })
}
