import http, { type IncomingMessage, type ServerResponse } from 'node:http'
import { pipeline } from 'node:stream/promises'
import { checkSocket } from '@clustered/core/control'
import { tooOld } from '../control-client.ts'
import { CliError } from '../errors.ts'
import type { RunningProgram } from '../programs.ts'

/** All that a page asks for. For the rest, which reads and writes files and runs code, there is the command. */
const passed = new Set([
  'GET /v1/program',
  'GET /v1/live',
  'POST /v1/reload',
  'POST /v1/scale',
  'POST /v1/replace',
  'POST /v1/look',
])

/**
 * Passes a request on to the program, and the answer back, at the speed at
 * which it is read.
 * @param asked such as `/v1/live`.
 * @throws {CliError}
 */
export async function passOn(
  find: () => Promise<RunningProgram>,
  asked: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { method = '' } = request
  if (!passed.has(`${method} ${asked}`))
    throw new CliError(
      'ERR_CLUSTERED_NOT_FOUND',
      `There is no ${method} ${asked} here. There is: ${[...passed].join(', ')}.`,
    )
  const { name, client } = await find()
  const answer = await ask(name, client.socket, method, asked, request, response)
  if (answer.statusCode === 404) {
    answer.resume()
    throw tooOld()
  }
  const { 'content-type': type, 'content-length': length } = answer.headers
  response.writeHead(answer.statusCode!, {
    ...(type !== undefined && { 'Content-Type': type }),
    ...(length !== undefined && { 'Content-Length': length }),
  })
  // What is said in lines, or as events, may say the first of them later.
  response.flushHeaders()
  await pipeline(answer, response).catch(() => {})
}

/** The reader's end ends the question, too. */
function ask(
  name: string,
  socketPath: string,
  method: string,
  path: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<IncomingMessage> {
  checkSocket(socketPath)
  const { 'content-length': length, 'transfer-encoding': encoding } = request.headers
  const headers = {
    ...(length !== undefined && { 'Content-Length': length }),
    ...(encoding !== undefined && { 'Transfer-Encoding': 'chunked' }),
  }
  return new Promise((resolve, reject) => {
    const question = http.request({ socketPath, method, path, headers, agent: false }, resolve)
    question.on('error', ({ message }) =>
      reject(new CliError('ERR_CLUSTERED_NO_ANSWER', `'${name}' has gone before it answered (${message}).`)),
    )
    response.once('close', () => question.destroy())
    request.pipe(question)
  })
}
