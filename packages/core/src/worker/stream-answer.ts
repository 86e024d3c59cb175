import type { IncomingHttpHeaders, ServerHttp2Stream } from 'node:http2'

/** `INTERNAL` of gRPC. */
const grpcInternal = '13'

/** The answer to a request of HTTP/2. */
export class StreamAnswer {
  readonly stream: ServerHttp2Stream
  readonly headers: IncomingHttpHeaders
  /** When, by this process's clock, if it is timed. */
  begun: number | undefined

  constructor(stream: ServerHttp2Stream, headers: IncomingHttpHeaders) {
    this.stream = stream
    this.headers = headers
  }

  get method(): string {
    return this.headers[':method'] ?? ''
  }

  /** Such as `GET /`. */
  get request(): string {
    return `${this.headers[':method']} ${this.headers[':path'] ?? this.headers[':authority']}`
  }

  /** 0 where no head has been sent. */
  get status(): number {
    return Number(this.stream.sentHeaders?.[':status'] ?? 0)
  }

  get hasBegun(): boolean {
    return this.stream.headersSent
  }

  once(event: 'close', listener: () => void): void {
    this.stream.once(event, listener)
  }

  /** Ends it with a 500, or in the way of gRPC; one that has begun is reset. The session lives on. */
  fail(): void {
    const { stream } = this
    if (stream.destroyed || stream.closed || stream.writableEnded) return
    if (stream.headersSent) {
      // With an error, since `close` would first end it as if it were complete.
      stream.on('error', () => {})
      return void stream.destroy(new Error('An uncaught error has ended this stream.'))
    }
    if (this.headers['content-type']?.startsWith('application/grpc'))
      return stream.respond(
        {
          ':status': 200,
          'content-type': 'application/grpc',
          'grpc-status': grpcInternal,
          'grpc-message': 'Internal Server Error',
        },
        { endStream: true },
      )
    stream.respond({ ':status': 500, 'content-type': 'text/plain' })
    stream.end('Internal Server Error\n')
  }
}
