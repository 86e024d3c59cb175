import http from 'node:http'
import type { TestContext } from 'node:test'
import { type Program, start } from './program.ts'

export const token = 'the token of an operator'.replaceAll(' ', '-')

export interface Asked {
  method?: string
  headers?: http.OutgoingHttpHeaders
  body?: string
}

export interface Answered {
  status: number
  headers: http.IncomingHttpHeaders
  body: string
}

/** A program with an admin server, and with a port of its own. */
export class Administered {
  readonly program: Program
  readonly #where: http.RequestOptions
  /** The program's own. */
  port = 0

  static async open(
    t: TestContext,
    admin: number | string | object,
    options: object = {},
    env: Record<string, string> = {},
    nodeArgs: string[] = [],
  ): Promise<Administered> {
    const program = start(t, 'health.js', {
      nodeArgs,
      env: { ...env, OPTIONS: JSON.stringify({ workers: 1, admin, ...options }) },
    })
    const [, socketPath, port] = await program.sees(/admin server at (?:(\/\S*?)|http:\S+:(\d+))[,;\n]/)
    const where = socketPath === undefined ? { host: '127.0.0.1', port: Number(port) } : { socketPath }
    const administered = new Administered(program, where)
    administered.port = await program.listens()
    return administered
  }

  private constructor(program: Program, where: http.RequestOptions) {
    this.program = program
    this.#where = where
  }

  /** Of its admin server. */
  get adminPort(): number {
    return Number(this.#where.port)
  }

  ask(path: string, asked: Asked = {}): Promise<Answered> {
    return ask({ ...this.#where, path, ...asked }, asked.body)
  }

  async readiness(): Promise<{ status: number; reason: string | null; body: string }> {
    const { status, body } = await this.ask('/healthz')
    return { status, body, ...(JSON.parse(body) as { reason: string | null }) }
  }
}

/** One request on a connection of its own, of a client that never retries. */
export function ask(options: http.RequestOptions, body = ''): Promise<Answered> {
  return new Promise((resolve, reject) => {
    const request = http.request({ ...options, agent: false }, (response) => {
      let text = ''
      response.setEncoding('utf8').on('data', (more: string) => (text += more))
      response.on('error', reject)
      response.on('end', () =>
        resolve({ status: response.statusCode!, headers: response.headers, body: text }),
      )
    })
    request.on('error', reject)
    request.setTimeout(20_000, () => request.destroy(new Error('hung')))
    request.end(body)
  })
}
