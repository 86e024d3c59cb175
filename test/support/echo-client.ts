import grpc from '@grpc/grpc-js'

const same = (bytes: Buffer): Buffer => bytes

/** A client of the service in the fixture `grpc.js`. Each call rejects with the status that is not OK. */
export class EchoClient {
  readonly #client: grpc.Client

  constructor(port: number) {
    this.#client = new grpc.Client(`127.0.0.1:${port}`, grpc.credentials.createInsecure())
  }

  unary(text: string): Promise<string> {
    return new Promise((resolve, reject) =>
      this.#client.makeUnaryRequest(
        '/Echo/unary',
        same,
        same,
        Buffer.from(text),
        this.#options,
        (error, answer) => (error ? reject(error) : resolve(String(answer))),
      ),
    )
  }

  collect(...texts: string[]): Promise<string> {
    return new Promise((resolve, reject) => {
      const call = this.#client.makeClientStreamRequest(
        '/Echo/collect',
        same,
        same,
        this.#options,
        (error, answer) => (error ? reject(error) : resolve(String(answer))),
      )
      for (const text of texts) call.write(Buffer.from(text))
      call.end()
    })
  }

  repeat(text: string): Promise<string[]> {
    return read(
      this.#client.makeServerStreamRequest('/Echo/repeat', same, same, Buffer.from(text), this.#options),
    )
  }

  chat(...texts: string[]): Promise<string[]> {
    const call = this.#client.makeBidiStreamRequest('/Echo/chat', same, same, this.#options)
    for (const text of texts) call.write(Buffer.from(text))
    call.end()
    return read(call)
  }

  close(): void {
    this.#client.close()
  }

  get #options(): grpc.CallOptions {
    return { deadline: Date.now() + 20_000 }
  }
}

function read(
  call: grpc.ClientReadableStream<Buffer> | grpc.ClientDuplexStream<Buffer, Buffer>,
): Promise<string[]> {
  const texts: string[] = []
  return new Promise((resolve, reject) => {
    call.on('data', (message: Buffer) => texts.push(String(message)))
    call.on('error', reject)
    call.on('end', () => resolve(texts))
  })
}
