import http, { type IncomingMessage } from 'node:http'
import type { ErrorInfo, ProgramStatus, ReloadLine } from '@clustered/core/control'
import { CliError } from './errors.ts'

/** How long (in ms) a primary may take to say how its program is: it does nothing else that takes time. */
const patience = 2000

/** A primary, by way of its control socket. */
export class ControlClient {
  readonly socket: string

  constructor(socket: string) {
    this.socket = socket
  }

  /** @throws {CliError} ERR_CLUSTERED_NO_ANSWER, or Node's own error where nobody listens. */
  program(): Promise<ProgramStatus> {
    return this.#call('GET', '/v1/program', undefined, patience)
  }

  scale(wanted: { workers: number } | { by: number }): Promise<ProgramStatus> {
    return this.#call('POST', '/v1/scale', wanted)
  }

  close(): Promise<ProgramStatus> {
    return this.#call('POST', '/v1/close')
  }

  /** Ends early, without an `end`, if the primary does. */
  async *reload(): AsyncGenerator<ReloadLine> {
    const response = await this.#send('POST', '/v1/reload')
    for await (const line of lines(response)) yield JSON.parse(line) as ReloadLine
  }

  async #call(method: string, path: string, body?: object, timeout?: number): Promise<ProgramStatus> {
    const response = await this.#send(method, path, body, timeout)
    let text = ''
    for await (const chunk of response.setEncoding('utf8')) text += chunk
    const answer = JSON.parse(text) as ProgramStatus | { error: ErrorInfo }
    if ('error' in answer) throw new CliError(answer.error.code, answer.error.message)
    return answer
  }

  #send(method: string, path: string, body?: object, timeout?: number): Promise<IncomingMessage> {
    return new Promise((resolve, reject) => {
      const request = http.request({ socketPath: this.socket, method, path, agent: false }, resolve)
      request.on('error', reject)
      if (timeout) request.setTimeout(timeout, () => request.destroy(noAnswer(this.socket, timeout)))
      request.end(body && JSON.stringify(body))
    })
  }
}

async function* lines(response: IncomingMessage): AsyncGenerator<string> {
  let rest = ''
  try {
    for await (const chunk of response.setEncoding('utf8') as AsyncIterable<string>) {
      const complete = (rest + chunk).split('\n')
      rest = complete.pop()!
      yield* complete
    }
  } catch {
    // The other end was killed: there are no more lines.
  }
}

function noAnswer(socket: string, timeout: number): CliError {
  return new CliError(
    'ERR_CLUSTERED_NO_ANSWER',
    `The primary behind ${socket} did not answer within ${timeout} ms. Its main loop may be blocked, or it is stopped.`,
  )
}
