import assert from 'node:assert/strict'
import { describe, it, type TestContext } from 'node:test'
import { balances } from './support/balances.ts'
import { eventually, type Program, start } from './support/program.ts'
import { get, headOf, RawAnswers } from './support/raw-answer.ts'

const { ways } = (await import(new URL('../fixtures/ways-to-answer.js', import.meta.url).href)) as {
  ways: Record<string, unknown>
}

/** Every way to answer, asked by each kind of request. */
const requests: Record<string, (path: string) => string> = {
  GET: (path) => get(path),
  HEAD: (path) => get(path, '', '1.1', 'HEAD'),
  POST: (path) => get(path, 'Content-Length: 5\r\n', '1.1', 'POST') + 'hello',
  'Expect: 100-continue': (path) =>
    get(path, 'Content-Length: 5\r\nExpect: 100-continue\r\n', '1.1', 'POST') + 'hello',
  'another Expect': (path) => get(path, 'Expect: more\r\n'),
  'HTTP/1.0': (path) => get(path, '', '1.0'),
  'HTTP/1.0 with keep-alive': (path) => get(path, 'Connection: keep-alive\r\n', '1.0'),
  'Connection: close': (path) => get(path, 'Connection: close\r\n'),
}

const cases = Object.keys(ways).flatMap((way) =>
  Object.entries(requests).map(([kind, make]) => ({
    name: `${way} (${kind})`,
    request: make(`/${encodeURIComponent(way)}`),
  })),
)

const connectionLines = /^(connection|keep-alive): .*\r\n/gim
const saysClose = /^connection: close\r$/im

/** All but how the connection goes on, and the time. */
function rest(answer: string): string {
  return answer.replace(/^date: .*/im, 'date').replace(connectionLines, '')
}

function tokens(answer: string): string[] {
  const head = headOf(answer.replace(/^(HTTP\/1.1 1\d\d[^]*?\r\n\r\n)+/, ''))
  return [...head.matchAll(/^connection: (.*)\r\n/gim)]
    .flatMap(([, value]) => value!.toLowerCase().split(/, */))
    .filter((token) => token !== 'keep-alive')
}

/** A program with one process that serves, and connections to it that were made before its drain. */
class Duck {
  readonly program: Program
  readonly #pid: number
  readonly #port: number
  readonly #probe: RawAnswers

  static async boot(context: TestContext, options: object, env = {}): Promise<Duck> {
    const program = start(context, 'answers.js', { env: { OPTIONS: JSON.stringify(options), ...env } })
    const port = await program.listens()
    const probe = await RawAnswers.open(port)
    return new Duck(program, port, probe, Number(/\d+$/.exec(await probe.ask(get('/')))![0]))
  }

  private constructor(program: Program, port: number, probe: RawAnswers, pid: number) {
    this.program = program
    this.#port = port
    this.#probe = probe
    this.#pid = pid
  }

  /** On a connection of its own, not kept. */
  async ask(request: string): Promise<string> {
    const fresh = await RawAnswers.open(this.#port)
    const answer = await fresh.ask(request)
    fresh.socket.destroy()
    return answer
  }

  async connect(): Promise<RawAnswers> {
    const kept = await RawAnswers.open(this.#port)
    assert.ok((await kept.ask(get('/'))).endsWith(String(this.#pid)))
    return kept
  }

  async drain(): Promise<void> {
    process.kill(this.#pid, 'SIGTERM')
    await eventually(async () => saysClose.test(await this.#probe.ask(get('/'))), 'close')
  }
}

// Where idle connections move away, none is left to be asked.
const staying = balances.map((balance) => ({ workers: 1, balance, migrate: false }))
const processes = [...staying, { workers: 0 }]

for (const options of processes)
  describe(`an answer of a draining process (${JSON.stringify(options)})`, () => {
    it('is the same in every byte but Connection, in whatever way its head is written', async (t) => {
      const duck = await Duck.boot(t, options)
      const open = []
      for (const { name, request } of cases)
        open.push({ name, request, before: await duck.ask(request), kept: await duck.connect() })
      await duck.drain()
      const wrong: string[] = []
      for (const { name, request, before, kept } of open) {
        const during = await kept.ask(request).catch(String)
        const after = await kept.end()
        const wanted = new Set([...tokens(before), 'close'])
        if (
          rest(during) !== rest(before) ||
          after !== '' ||
          String([...new Set(tokens(during))].toSorted()) !== String([...wanted].toSorted())
        )
          wrong.push(`${name}: ${JSON.stringify({ before, during, after })}`)
      }
      assert.deepEqual(wrong, [])
      t.diagnostic(`${open.length} answers`)
    })

    for (const path of ['/hold', '/hold-with-head'])
      it(`ends its connection if its request came before the drain and its head was not sent (${path})`, async (t) => {
        const duck = await Duck.boot(t, options)
        const [kept, release] = [await duck.connect(), await duck.connect()]
        const answer = kept.ask(get(path))
        await duck.program.sees(/held/)
        await duck.drain()
        await release.ask(get('/release'))
        assert.match(await answer, saysClose)
        assert.equal(await kept.end(), '')
      })

    it('keeps the connection for the pipelined requests behind it, whenever they came', async (t) => {
      const duck = await Duck.boot(t, options)
      const [kept, release] = [await duck.connect(), await duck.connect()]
      kept.socket.write(get('/hold') + get('/setHeader'))
      await duck.program.sees(/held/)
      await duck.drain()
      kept.socket.write(get('/hold') + get('/trailers') + get('/no%20content'))
      await duck.program.sees(/held[^]*held/)
      await release.ask(get('/release'))
      for (let answer = 0; answer < 4; answer++) assert.doesNotMatch(await kept.read(), saysClose)
      assert.match(await kept.read(), saysClose)
      assert.equal(await kept.end(), '')
    })

    it('is given to the requests behind one that throws', async (t) => {
      const duck = await Duck.boot(t, options, { HANDLES_ERRORS: '1' })
      const kept = await duck.connect()
      await duck.drain()
      kept.socket.write(get('/') + get('/throw') + get('/'))
      const answers = [await kept.read(), await kept.read(), await kept.read()]
      assert.match(answers[1]!, /caught/)
      assert.match(answers[2]!, saysClose)
    })

    it('reaches a client that is still sending its request', async (t) => {
      const duck = await Duck.boot(t, options)
      const kept = await duck.connect()
      await duck.drain()
      const body = Buffer.alloc(16 * 1024 * 1024)
      kept.socket.pause()
      kept.socket.write(get('/too-big', `Content-Length: ${body.length}\r\n`, '1.1', 'POST'))
      await new Promise((resolve) => kept.socket.write(body, resolve))
      kept.socket.resume()
      const answer = await kept.read()
      assert.match(answer, /^HTTP\/1.1 413 [^]*too big$/)
      assert.match(answer, saysClose)
      assert.equal(await kept.end(), '')
    })
  })
