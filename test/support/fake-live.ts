import { once } from 'node:events'
import http, { type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { TestContext } from 'node:test'
import type * as Page from '../../packages/core/dist/admin/page.js'
import type { LiveEvents, LiveProgram } from '../../packages/core/dist/control/live/live.js'

const { pageFile, pageHeaders } = (await import(
  new URL('../../../packages/core/dist/admin/page.js', import.meta.url).href
)) as typeof Page

interface Post {
  url: string
  body: string
  authorization: string | undefined
}

/** Serves the page, and says of a program that is not there what a test has it say. */
export class FakeLive {
  program: LiveProgram
  /** Of `GET v1/programs`. */
  programs: object[] = []
  readonly posts: Post[] = []
  /** Where it is set, nothing is told without it. */
  token: string | undefined
  isDown = false
  /** Why there is nothing to show, from somebody who knows. */
  refusal: string | undefined
  /** Answers to changes; the default is that it is done. */
  onPost: (post: Post, response: ServerResponse) => void = (_post, response) => response.end('{"ok":true}\n')
  url = ''
  readonly #streams = new Set<ServerResponse>()

  static async open(t: TestContext, program: LiveProgram): Promise<FakeLive> {
    const fake = new FakeLive(program)
    const server = http.createServer((request, response) => void fake.#answer(request, response))
    // As the once a second of a real one: silence would be a lost connection.
    const beat = setInterval(() => fake.#beat(), 1000)
    t.after(() => {
      clearInterval(beat)
      server.close()
      server.closeAllConnections()
    })
    await once(server.listen(0, '127.0.0.1'), 'listening')
    fake.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    return fake
  }

  private constructor(program: LiveProgram) {
    this.program = program
  }

  /** One event, to every page. */
  tell<Name extends keyof LiveEvents>(name: Name, data: LiveEvents[Name]): void {
    for (const stream of this.#streams) write(stream, name, data)
  }

  /** From now on the program is another, and every page is told so. */
  become(program: LiveProgram): void {
    this.program = program
    this.tell('program', program)
  }

  #beat(): void {
    for (const stream of this.#streams) stream.write(':\n\n')
  }

  hangUp(): void {
    for (const stream of this.#streams) stream.destroy()
  }

  async #answer(request: http.IncomingMessage, response: ServerResponse): Promise<void> {
    const path = new URL(request.url!, 'http://x').pathname.replace(/^\/p\/[^/]+/, '')
    const authorization = request.headers.authorization
    if (this.isDown) return void response.destroy()
    if (path.startsWith('/v1/') && this.token !== undefined && authorization !== `Bearer ${this.token}`)
      return void response.writeHead(401).end()
    if (path === '/v1/programs') return void response.end(JSON.stringify({ programs: this.programs }))
    if (path === '/v1/live' && this.refusal)
      return void response.writeHead(503).end(JSON.stringify({ error: { message: this.refusal } }))
    if (path === '/v1/live') {
      response.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' })
      this.#streams.add(response)
      response.on('close', () => this.#streams.delete(response))
      return write(response, 'program', this.program)
    }
    if (request.method === 'POST') {
      let body = ''
      for await (const piece of request) body += piece
      const post = { url: request.url!, body, authorization }
      this.posts.push(post)
      return this.onPost(post, response)
    }
    const file = pageFile(path)
    if (!file) return void response.writeHead(404).end()
    response.writeHead(200, { ...pageHeaders, 'Content-Type': file.type }).end(file.body)
  }
}

function write(stream: ServerResponse, name: string, data: unknown): void {
  // In two pieces, as it may come.
  const text = `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`
  stream.write(text.slice(0, 30))
  stream.write(text.slice(30))
}
