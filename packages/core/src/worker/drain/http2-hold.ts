import type { Http2Session, ServerHttp2Stream } from 'node:http2'
import type * as net from 'node:net'

type Emit = (this: net.Server, name: string, ...args: unknown[]) => boolean

/** Has the new streams of single sessions reach the app later. Costs a comparison per event of the server. */
export class StreamHold {
  /** What brings each held stream to the app, by session. */
  readonly #held = new WeakMap<Http2Session, (() => void)[]>()

  constructor(server: net.Server) {
    const { emit } = server as unknown as { emit: Emit }
    const held = this.#held
    server.emit = function (this: net.Server, name: string, ...event: unknown[]): boolean {
      const stream = name === 'stream' ? (event[0] as ServerHttp2Stream) : undefined
      const waiting = stream?.session && held.get(stream.session)
      if (!waiting) return emit.call(this, name, ...event)
      waiting.push(holdStream(stream, () => emit.call(this, name, ...event)))
      return true
    }
  }

  /** @returns what ends it: the app gets the streams that have waited. */
  begin(session: Http2Session): () => void {
    const waiting: (() => void)[] = []
    this.#held.set(session, waiting)
    return () => {
      this.#held.delete(session)
      // Each has a turn of its own, so that one that throws leaves those behind it alone.
      for (const bring of waiting) process.nextTick(bring)
    }
  }
}

/** Nobody but Node hears of the stream meanwhile, of which the app would miss nothing but these two. */
function holdStream(stream: ServerHttp2Stream, emit: () => void): () => void {
  let isHeld = true
  const bring = (): void => {
    if (!isHeld) return
    isHeld = false
    stream.off('error', ignore).off('trailers', onTrailers)
    if (!stream.destroyed) emit()
  }
  // They can be there before the body has been read.
  const onTrailers = (...trailers: unknown[]): void => {
    bring()
    ;(stream.emit as (...event: unknown[]) => boolean)('trailers', ...trailers)
  }
  stream.on('error', ignore).on('trailers', onTrailers)
  return bring
}

function ignore(): void {}
