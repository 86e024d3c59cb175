import http, { type IncomingMessage } from 'node:http'
import { checkSocket, type ErrorInfo, type ProgramStatus, type ReloadLine } from '@clustered/core/control'
import { lines, readText } from './answer.ts'
import { CliError } from './errors.ts'
import { isReloadLine, isStatus } from './status-check.ts'

/** How long (in ms) a primary may take to say how its program is: it does nothing else that takes time. */
const patience = 2000

/** How often (in ms) a primary that does something that takes time is asked whether it still answers. */
const askEvery = 5000

/** A primary, by way of its control socket. */
export class ControlClient {
  readonly socket: string

  constructor(socket: string) {
    this.socket = socket
  }

  /**
   * @throws {CliError} ERR_CLUSTERED_NO_ANSWER, ERR_CLUSTERED_BAD_ANSWER;
   * or Node's own error where nobody listens, or where the socket is not to be trusted.
   */
  async program(): Promise<ProgramStatus> {
    const call = await this.#request('GET', '/v1/program')
    const timer = setTimeout(() => call.giveUp(), patience)
    try {
      const status = await this.#status(await call.response)
      // Believed only if nobody has put another in its place meanwhile.
      checkSocket(this.socket)
      return status
    } catch (error) {
      throw call.givenUp ? noAnswer(this.socket) : error
    } finally {
      clearTimeout(timer)
    }
  }

  /** @throws {CliError} what the primary answered, or ERR_CLUSTERED_NO_ANSWER if it went away or is silent. */
  scale(wanted: { workers: number } | { by: number }): Promise<ProgramStatus> {
    return this.#call('/v1/scale', wanted)
  }

  /** @throws {CliError} as `scale` does. */
  close(): Promise<ProgramStatus> {
    return this.#call('/v1/close')
  }

  /** @throws {CliError} as `scale` does. */
  reopenLogs(): Promise<ProgramStatus> {
    return this.#call('/v1/reopen-logs')
  }

  /**
   * Ends early, without an `end`, if the primary does.
   * @throws {CliError} as `scale` does.
   */
  async *reload(): AsyncGenerator<ReloadLine> {
    const call = await this.#request('POST', '/v1/reload')
    const stop = this.#watch(call)
    try {
      const response = await call.response
      if (response.statusCode !== 200) await this.#status(response)
      for await (const line of lines(response)) {
        const told = parse(line)
        if (!isReloadLine(told)) throw badAnswer(this.socket)
        yield told
      }
    } catch (error) {
      if (call.givenUp) throw noAnswer(this.socket)
      // Otherwise the other end was killed: there are no more lines.
      if (error instanceof CliError) throw error
    } finally {
      stop()
      call.giveUp()
    }
  }

  /**
   * Asks for something that later releases have, and returns what is answered, of whatever form.
   * @throws {CliError} as `scale` does, and ERR_CLUSTERED_TOO_OLD.
   */
  post(path: string, body: object): Promise<unknown> {
    return this.#ask(path, body, (response) => this.#answer(response))
  }

  /**
   * The same, for an answer in lines of JSON. Whoever leaves the loop hangs up. The last line is an `end`.
   * @throws {CliError} as `post` does, and what the end says.
   */
  async *follow(path: string, body: object): AsyncGenerator<Record<string, unknown> & { event: string }> {
    const call = await this.#request('POST', path, body)
    const stop = this.#watch(call)
    try {
      const response = await call.response
      if (response.statusCode !== 200) await this.#answer(response)
      for await (const line of lines(response)) {
        const told = parse(line) as Record<string, unknown> | null | undefined
        if (typeof told?.['event'] !== 'string') throw badAnswer(this.socket)
        if (told['event'] === 'end' && told['ok'] !== true) throw asError(told) ?? badAnswer(this.socket)
        yield told as { event: string }
        if (told['event'] === 'end') return
      }
      throw new Error('it ended in the middle')
    } catch (error) {
      if (call.givenUp) throw noAnswer(this.socket)
      throw error instanceof CliError ? error : wentAway(error as Error)
    } finally {
      stop()
      call.giveUp()
    }
  }

  #call(path: string, body?: object): Promise<ProgramStatus> {
    return this.#ask(path, body, (response) => this.#status(response))
  }

  async #ask<Result>(
    path: string,
    body: object | undefined,
    read: (response: IncomingMessage) => Promise<Result>,
  ): Promise<Result> {
    const call = await this.#request('POST', path, body)
    const stop = this.#watch(call)
    try {
      return await read(await call.response)
    } catch (error) {
      if (call.givenUp) throw noAnswer(this.socket)
      throw error instanceof CliError ? error : wentAway(error as Error)
    } finally {
      stop()
    }
  }

  async #status(response: IncomingMessage): Promise<ProgramStatus> {
    const answer = await this.#answer(response)
    if (!isStatus(answer)) throw badAnswer(this.socket)
    return answer
  }

  /** @throws {CliError} if it is an error. */
  async #answer(response: IncomingMessage): Promise<unknown> {
    const answer: unknown = parse(await readText(response))
    if (response.statusCode === 404) throw tooOld()
    const error = asError(answer)
    if (error) throw error
    return answer
  }

  async #request(method: string, path: string, body?: object): Promise<Call> {
    checkSocket(this.socket)
    const request = http.request({ socketPath: this.socket, method, path, agent: false })
    request.end(body && JSON.stringify(body))
    return new Call(request)
  }

  /** A primary that is stopped in the middle of something would be waited for without end. */
  #watch(call: Call): () => void {
    let misses = 0
    let asking = false
    const ask = async (): Promise<void> => {
      asking = true
      try {
        await this.program()
        misses = 0
      } catch {
        if (++misses >= 2) call.giveUp()
      }
      asking = false
    }
    const timer = setInterval(() => {
      if (!asking) void ask()
    }, askEvery)
    return () => clearInterval(timer)
  }
}

/** One request, that can be left in the middle. */
class Call {
  readonly response: Promise<IncomingMessage>
  givenUp = false
  readonly #request: http.ClientRequest

  constructor(request: http.ClientRequest) {
    this.#request = request
    this.response = new Promise((resolve, reject) => {
      request.on('error', reject)
      request.once('response', resolve)
    })
  }

  giveUp(): void {
    this.givenUp = true
    this.#request.destroy(new Error('given up'))
  }
}

/** @returns `undefined` for what is no JSON. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Of a call that had begun: Node's own words say nothing of what was asked for. */
function wentAway({ message }: Error): CliError {
  return new CliError(
    'ERR_CLUSTERED_NO_ANSWER',
    `The primary went away before it had answered (${message}). To see what is left: clustered list`,
  )
}

function asError(answer: unknown): CliError | undefined {
  const { error } = (answer ?? {}) as { error?: ErrorInfo }
  return typeof error?.code === 'string' ? new CliError(error.code, String(error.message)) : undefined
}

/** What is asked for is not known there. */
export function tooOld(): CliError {
  return new CliError(
    'ERR_CLUSTERED_TOO_OLD',
    'This program runs on an older release of @clustered/core, which cannot do that. Install the new one, and restart ' +
      'the program, primary and all: clustered restart, or as it was started. A reload does not change the primary.',
  )
}

function noAnswer(socket: string): CliError {
  return new CliError(
    'ERR_CLUSTERED_NO_ANSWER',
    `The primary behind ${socket} did not answer within ${patience} ms. Its main loop may be blocked, or it is stopped.`,
  )
}

function badAnswer(socket: string): CliError {
  return new CliError(
    'ERR_CLUSTERED_BAD_ANSWER',
    `The program that answers at ${socket} does not speak as a primary does. Expected: the control socket of a program on @clustered/core, as in docs/reference/control-socket.md.`,
  )
}
