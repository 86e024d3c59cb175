import http from 'node:http'
import https from 'node:https'
import type { LookupFunction } from 'node:net'
import { promisify } from 'node:util'
import { gzip as compress } from 'node:zlib'
import type { OtlpSettings } from './settings.ts'

/** In bytes. A collector's answer is shorter, and what else answers there may never end. */
const longestAnswer = 64 * 1024

export interface Answer {
  status: number
  /** What the header says. */
  retryAfter: string | undefined
  text: string
}

export interface Limits {
  /** Milliseconds until the whole answer. */
  timeout: number
  signal?: AbortSignal | undefined
}

/**
 * Sends it, on a connection of its own: the next is a minute away.
 * @throws (rejects) what node:http says, or that it took too long.
 */
export async function post(
  body: string,
  { url, headers, gzip, tls }: OtlpSettings,
  lookup: LookupFunction,
  { timeout, signal }: Limits,
): Promise<Answer> {
  const bytes = gzip ? await promisify(compress)(body) : Buffer.from(body)
  const { request: send } = url.protocol === 'https:' ? https : http
  return new Promise((resolve, reject) => {
    const request = send(url, {
      method: 'POST',
      agent: false,
      lookup,
      ...tls,
      ...(signal && { signal }),
      headers: {
        ...headers,
        'content-type': 'application/json',
        'content-length': bytes.length,
        ...(gzip && { 'content-encoding': 'gzip' }),
      },
    })
    const timer = setTimeout(
      () => request.destroy(new Error(`no answer within ${Math.ceil(timeout)} ms`)),
      timeout,
    )
    request.on('close', () => clearTimeout(timer))
    request.on('error', reject)
    request.on('response', (response) => {
      let text = ''
      response.setEncoding('utf8').on('data', (part: string) => {
        text += part
        if (text.length > longestAnswer) request.destroy(new Error('its answer does not end'))
      })
      response.on('error', reject)
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, retryAfter: response.headers['retry-after'], text }),
      )
    })
    request.end(bytes)
  })
}
