import { once } from 'node:events'
import net from 'node:net'
import tls from 'node:tls'

/** A connection on which answers are read as they are, byte for byte. */
export class RawAnswers {
  readonly socket: net.Socket
  #bytes = ''
  #ended = false
  #wake: () => void = () => {}

  /** @param secure if it is one of TLS. */
  static async open(port: number, secure?: tls.ConnectionOptions): Promise<RawAnswers> {
    const where = { port, host: '127.0.0.1' }
    const socket = secure ? tls.connect({ ...where, ...secure }) : net.connect(where)
    await once(socket, secure ? 'secureConnect' : 'connect')
    return new RawAnswers(socket)
  }

  private constructor(socket: net.Socket) {
    this.socket = socket
    socket.setEncoding('latin1')
    socket.on('data', (text: string) => {
      this.#bytes += text
      this.#wake()
    })
    const end = (): void => {
      this.#ended = true
      this.#wake()
    }
    socket.on('error', end)
    socket.on('close', end)
  }

  /** Sends the request and reads its one answer, with the interim ones before it. */
  async ask(request: string): Promise<string> {
    this.socket.write(request)
    const isHead = request.startsWith('HEAD')
    return this.read(isHead)
  }

  async read(isHead = false): Promise<string> {
    for (;;) {
      const length = lengthOf(this.#bytes, isHead, this.#ended)
      if (length !== undefined) {
        const answer = this.#bytes.slice(0, length)
        this.#bytes = this.#bytes.slice(length)
        return answer
      }
      if (this.#ended) throw new Error(`ended after: ${this.#bytes}`)
      await this.#more()
    }
  }

  /** Reads an interim answer alone. */
  async interim(): Promise<string> {
    const head = await this.head()
    if (!/^HTTP\/1.1 1/.test(head)) throw new Error(`no interim answer: ${head}`)
    return head
  }

  /** Reads the head of an answer, and leaves what comes behind it. */
  async head(): Promise<string> {
    for (;;) {
      const head = headOf(this.#bytes)
      if (head.endsWith('\r\n\r\n')) {
        this.#bytes = this.#bytes.slice(head.length)
        return head
      }
      if (this.#ended) throw new Error(`ended after: ${this.#bytes}`)
      await this.#more()
    }
  }

  /** Waits until the server has ended the connection. @returns what it still sent. */
  async end(): Promise<string> {
    while (!this.#ended) await this.#more()
    return this.#bytes
  }

  async #more(): Promise<void> {
    let timer: NodeJS.Timeout | undefined
    await new Promise<void>((resolve, reject) => {
      this.#wake = resolve
      timer = setTimeout(() => reject(new Error(`nothing more after: ${this.#bytes}`)), 20_000)
    })
    clearTimeout(timer)
  }
}

export function get(path: string, headers = '', version = '1.1', method = 'GET'): string {
  return `${method} ${path} HTTP/${version}\r\nHost: localhost\r\n${headers}\r\n`
}

export function headOf(answer: string): string {
  return answer.slice(0, answer.indexOf('\r\n\r\n') + 4)
}

/** @returns undefined if there is more to come. */
function lengthOf(bytes: string, isHead: boolean, ended: boolean): number | undefined {
  const headEnd = bytes.indexOf('\r\n\r\n') + 4
  if (headEnd === 3) return undefined
  const head = bytes.slice(0, headEnd)
  const status = Number(head.slice(9, 12))
  if (status < 200 && status !== 101) {
    const rest = lengthOf(bytes.slice(headEnd), isHead, ended)
    return rest === undefined ? undefined : headEnd + rest
  }
  if (isHead || status === 204 || status === 304 || status === 101) return headEnd
  if (/^transfer-encoding: chunked/im.test(head)) {
    const last = /(?:^|\r\n)0\r\n(?:.+\r\n)*\r\n/.exec(bytes.slice(headEnd))
    return last ? headEnd + last.index + last[0].length : undefined
  }
  const length = /^content-length: (\d+)/im.exec(head)?.[1]
  if (length === undefined) return ended ? bytes.length : undefined
  return bytes.length >= headEnd + Number(length) ? headEnd + Number(length) : undefined
}
