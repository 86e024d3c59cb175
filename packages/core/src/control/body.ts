import type { IncomingMessage } from 'node:http'
import { BadRequest } from './bad-request.ts'

/** Far above anything that is asked for here. */
const largest = 4096

/** The request's body, as JSON; nothing counts as `{}`. */
export async function readBody(request: IncomingMessage): Promise<Record<string, unknown>> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > largest) throw new BadRequest(413, `the body has more than ${largest} bytes`)
    chunks.push(chunk)
  }
  return size === 0 ? {} : parse(Buffer.concat(chunks).toString())
}

function parse(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value === 'object' && value !== null && !Array.isArray(value))
      return value as Record<string, unknown>
  } catch {
    // Said below.
  }
  throw new BadRequest(400, 'the body is not a JSON object')
}
