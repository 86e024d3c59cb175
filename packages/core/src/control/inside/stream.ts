import type { ServerResponse } from 'node:http'
import { ClusteredError } from '../../errors.ts'
import { toErrorInfo } from '../reload-stream.ts'

export type Body = Record<string, unknown>

/**
 * Answers with lines of JSON. The last one is an `end`, with what `run` gives, or its error.
 * @param run is given what tells a line, and a signal for when the client has gone.
 */
export async function follow(
  response: ServerResponse,
  run: (tell: (line: object) => void, gone: AbortSignal) => Promise<object>,
): Promise<void> {
  const gone = new AbortController()
  response.once('close', () => gone.abort())
  response.writeHead(200, { 'Content-Type': 'application/x-ndjson' })
  const tell = (line: object): void => void response.write(`${JSON.stringify(line)}\n`)
  try {
    tell({ event: 'end', ok: true, ...(await run(tell, gone.signal)) })
  } catch (error) {
    const known =
      error instanceof ClusteredError ? error : new ClusteredError('ERR_CLUSTERED_NOT_DONE', String(error))
    tell({ event: 'end', ok: false, error: toErrorInfo(known) })
  } finally {
    response.end()
  }
}
