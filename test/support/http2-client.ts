import http2 from 'node:http2'

export interface Http2Answer {
  status: number | undefined
  body: string
  trailers: http2.IncomingHttpHeaders
}

/** Its requests tell what goes wrong with it, and the program may be killed before it has ended. */
export function connect(
  protocol: string,
  port: number,
  options: http2.SecureClientSessionOptions = {},
): http2.ClientHttp2Session {
  return http2
    .connect(`${protocol === 'h2' ? 'https' : 'http'}://localhost:${port}`, {
      rejectUnauthorized: false,
      ...options,
    })
    .on('error', () => {})
}

/** One request; rejects if it is reset. */
export function ask(session: http2.ClientHttp2Session, path: string, body?: string): Promise<Http2Answer> {
  return new Promise((resolve, reject) => {
    const answer: Http2Answer = { status: undefined, body: '', trailers: {} }
    const stream = session.request({ ':path': path, ':method': body === undefined ? 'GET' : 'POST' })
    stream.on('response', (headers) => (answer.status = headers[':status']))
    stream.on('trailers', (headers) => (answer.trailers = headers))
    stream.setEncoding('utf8').on('data', (text: string) => (answer.body += text))
    stream.on('error', reject)
    stream.on('end', () => (answer.status === undefined ? reject(new Error('cut')) : resolve(answer)))
    stream.setTimeout(20_000, () => stream.destroy(new Error('hung')))
    stream.end(body)
  })
}
