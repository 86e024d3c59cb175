import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Dice } from './dice.ts'
import { headOf, RawAnswers } from './raw-answer.ts'

/** What is sent, and what must come back for it. */
interface Exchange {
  bytes: string
  status: number
  body: string
  isHead?: boolean
}

let requests = 0

/**
 * One client on one connection, which says all that HTTP/1 allows, in pieces
 * that are cut anywhere, and compares every byte of every answer.
 */
export class Conversation {
  readonly #dice: Dice
  readonly #port: number
  #answers!: RawAnswers
  /** Who has answered, one after the other. */
  readonly pids: string[] = []
  /** What was said, for who looks for a failure. */
  readonly said: string[] = []

  constructor(port: number, dice: Dice) {
    this.#port = port
    this.#dice = dice
  }

  /** Talks for some steps, and ends in one of the ways in which a client can end. */
  async hold(): Promise<void> {
    this.#answers = await RawAnswers.open(this.#port)
    this.#answers.socket.setNoDelay()
    if (this.#dice.chance(0.3)) await this.#rest()
    const steps = this.#dice.below(8)
    for (let step = 0; step < steps; step++) await this.#step()
    await this.#end()
    this.#answers.socket.destroy()
  }

  async #step(): Promise<void> {
    switch (this.#dice.below(9)) {
      case 0:
        return this.#rest()
      case 1:
        return this.#say('\r\n'.repeat(1 + this.#dice.below(2)))
      case 2:
        return this.#expectContinue()
      case 3:
        return this.#readSlowly()
      default:
        await this.#exchange(Array.from({ length: this.#dice.pick([1, 1, 1, 2, 4]) }, () => this.#request()))
    }
  }

  #rest(): Promise<void> {
    return sleep(this.#dice.below(12))
  }

  /** Sends it in pieces, with pauses in which the connection may move, if it may. */
  async #say(bytes: string): Promise<void> {
    this.said.push(bytes.length > 400 ? `${bytes.slice(0, 300)}… (${bytes.length})` : bytes)
    const { socket } = this.#answers
    const near = [bytes.length, 24, bytes.indexOf('\r\n\r\n') + 8]
    const cuts = Array.from({ length: this.#dice.below(4) }, () => this.#dice.below(this.#dice.pick(near)))
    let from = 0
    for (const cut of [...cuts.sort((one, other) => one - other), bytes.length]) {
      if (cut > from) socket.write(bytes.slice(from, cut), 'latin1')
      from = Math.max(from, cut)
      if (from < bytes.length) await sleep(this.#dice.pick([0, 1, 3, 3, 8]))
    }
  }

  async #exchange(exchanges: Exchange[]): Promise<string> {
    await this.#say(exchanges.map(({ bytes }) => bytes).join(''))
    let answer = ''
    for (const exchange of exchanges) answer = await this.#check(exchange)
    return answer
  }

  async #check({ status, body, isHead }: Exchange): Promise<string> {
    const answer = await this.#answers.read(isHead)
    const final = answer.slice(answer.startsWith('HTTP/1.1 100') ? answer.indexOf('\r\n\r\n') + 4 : 0)
    const head = headOf(final)
    const pid = /^x-pid: (\d+)/im.exec(head)?.[1]
    if (pid) this.pids.push(pid)
    assert.equal(Number(head.slice(9, 12)), status, head)
    const rest = final.slice(head.length)
    const isChunked = /^transfer-encoding: chunked/im.test(head)
    assert.equal(isChunked ? unchunk(rest) : rest, isHead || status >= 204 ? '' : body)
    return head
  }

  #request(): Exchange {
    const dice = this.#dice
    const id = ++requests
    const delay = dice.pick(['', '', '&ms=1', '&ms=5'])
    const parts = dice.pick(['', '', '', '&parts=3'])
    const pad = dice.pick(['', '', '', '&pad=200000'])
    const version = dice.chance(0.15) ? '1.0\r\nConnection: keep-alive' : '1.1'
    // An answer of unknown length ends the connection there.
    const query = `id=${id}${delay}${version === '1.1' ? parts : ''}${pad}`
    const end = `HTTP/${version}\r\nHost: localhost\r\n`
    switch (dice.below(8)) {
      case 0:
        return { bytes: `HEAD /?${query} ${end}\r\n`, status: 200, body: '', isHead: true }
      case 1: {
        const status = dice.pick([204, 304])
        return { bytes: `GET /?id=${id}${delay}&status=${status} ${end}\r\n`, status, body: '' }
      }
      case 2:
      case 3:
        return this.#post(`/?${query}`, end, this.#body())
      case 4: {
        const body = this.#body()
        return { ...this.#post(`/early?id=${id}`, end, body), body: `early /early?id=${id}` }
      }
      case 5: {
        const body = this.#body()
        const url = `/late?id=${id}&length=${body.length}`
        return { ...this.#post(url, end, body), body: `late ${url}` }
      }
      default: {
        const url = `/?${query}`
        return { bytes: `GET ${url} ${end}\r\n`, status: 200, body: echoOf('GET', url, '') }
      }
    }
  }

  #body(): string {
    return this.#dice.pick(['a', 'a\r\n\r\nb', 'GET / HTTP/1.1\r\n\r\n', '0\r\n\r\n', 'c'.repeat(100_000)])
  }

  #post(url: string, end: string, body: string): Exchange {
    const start = `POST ${url} ${end}`
    if (end.includes('HTTP/1.0') || this.#dice.chance(0.5)) {
      const bytes = `${start}Content-Length: ${body.length}\r\n\r\n${body}`
      return { bytes, status: 200, body: echoOf('POST', url, body) }
    }
    const sum = this.#dice.pick(['', 'x9'])
    const trailer = sum && `X-Sum: ${sum}\r\n`
    const size = 1 + this.#dice.below(body.length)
    const chunks = [body.slice(0, size), body.slice(size)].filter(Boolean)
    const chunked = chunks.map((chunk) => `${chunk.length.toString(16)};some=thing\r\n${chunk}\r\n`).join('')
    const bytes = `${start}Transfer-Encoding: chunked\r\n\r\n${chunked}0\r\n${trailer}\r\n`
    return { bytes, status: 200, body: echoOf('POST', url, body, sum) }
  }

  async #expectContinue(): Promise<void> {
    const url = `/?id=${++requests}`
    const exchange = this.#post(url, 'HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\n', this.#body())
    const bodyAt = exchange.bytes.indexOf('\r\n\r\n') + 4
    await this.#say(exchange.bytes.slice(0, bodyAt))
    await this.#answers.interim()
    if (this.#dice.chance(0.5)) await this.#rest()
    await this.#say(exchange.bytes.slice(bodyAt))
    await this.#check(exchange)
  }

  /** The answer is longer than what the kernel holds for the client. */
  async #readSlowly(): Promise<void> {
    const { socket } = this.#answers
    const url = `/?id=${++requests}&pad=1000000`
    socket.pause()
    await this.#say(`GET ${url} HTTP/1.1\r\nHost: x\r\n\r\n`)
    await sleep(20)
    socket.resume()
    await this.#check({ bytes: '', status: 200, body: echoOf('GET', url, '') })
  }

  async #end(): Promise<void> {
    const { socket } = this.#answers
    switch (this.#dice.below(8)) {
      case 0: {
        const url = `/?id=${++requests}`
        const bytes = `GET ${url} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`
        const head = await this.#exchange([{ bytes, status: 200, body: echoOf('GET', url, '') }])
        assert.match(head, /^connection: close/im)
        return assert.equal(await this.#answers.end(), '')
      }
      case 1:
        return this.#tunnel(
          'GET /?id=0 HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n',
          101,
        )
      case 2:
        return this.#tunnel('CONNECT x:1 HTTP/1.1\r\nHost: x\r\n\r\n', 200)
      case 3: {
        // The answer is on its way before the end is seen.
        const url = `/early?id=${++requests}`
        await this.#say(`GET ${url} HTTP/1.1\r\nHost: x\r\n\r\n`)
        socket.end()
        await this.#check({ bytes: '', status: 200, body: `early ${url}` })
        return assert.equal(await this.#answers.end(), '')
      }
      case 4: {
        // In one piece: the second would meet a connection that is closed, and reset the answer.
        socket.write('no HTTP\r\n\r\n')
        assert.match(await this.#answers.end(), /^HTTP\/1.1 400 Bad Request\r\nConnection: close\r\n\r\n$/)
        return
      }
      case 5: {
        const { bytes } = this.#request()
        if (bytes.includes('/late?')) return
        await this.#say(bytes.slice(0, this.#dice.below(bytes.length)))
        socket.resetAndDestroy()
        return
      }
      case 6:
        return this.#rest()
      default:
        socket.end()
        return assert.equal(await this.#answers.end(), '')
    }
  }

  async #tunnel(request: string, status: number): Promise<void> {
    const { socket } = this.#answers
    const first = this.#body()
    await this.#say(request + first)
    const head = await this.#answers.head()
    assert.equal(Number(head.slice(9, 12)), status, head)
    await sleep(5)
    const second = this.#body()
    await this.#say(second)
    socket.end()
    assert.equal(await this.#answers.end(), first + second)
  }
}

function echoOf(method: string, url: string, body: string, sum = ''): string {
  const hash = createHash('sha1').update(body).digest('hex')
  const pad = Number(/pad=(\d+)/.exec(url)?.[1] ?? 0)
  return `${method} ${url} ${body.length} ${hash} ${sum}\n`.padEnd(pad, 'x')
}

function unchunk(bytes: string): string {
  let body = ''
  for (let at = 0; ;) {
    const lineEnd = bytes.indexOf('\r\n', at)
    const size = Number.parseInt(bytes.slice(at, lineEnd), 16)
    if (size === 0) return body
    body += bytes.slice(lineEnd + 2, lineEnd + 2 + size)
    at = lineEnd + 4 + size
  }
}
