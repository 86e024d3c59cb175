import { subscribe } from 'node:diagnostics_channel'
import { ServerResponse } from 'node:http'
import type { ServerHttp2Stream } from 'node:http2'
import type * as net from 'node:net'
// That of the global object is behind a getter, which takes as long as the clock.
import { performance } from 'node:perf_hooks'
import { responseOn } from '../../node-internals/http1-answers.ts'
import { begun, type Timed } from '../../worker/begun.ts'
import { Latency } from '../../worker/latency.ts'
import type { Answer } from '../../worker/requests.ts'
import { StreamAnswer } from '../../worker/stream-answer.ts'
import type { TunnelAnswer } from '../../worker/tunnel-answer.ts'
import type { Histogram } from '../histogram.ts'
import type { WorkerMetric } from '../metric.ts'
import { routeOf, routeOfStream } from '../routes/route-of.ts'
import { durationBounds, RequestTable, type Unfinished } from './request-table.ts'

/** Of HTTP/2. With the other, the client does not want the answer any more. */
const noError = 0
const cancelled = 8

const msPerSecond = 1e3

/**
 * Times every request, from its head to the end of its answer. One of HTTP/1
 * costs two looks at the clock and a note on its response, and no listener: Node
 * itself says when an answer is over, and a connection when it ends before that.
 */
export class RequestMetrics {
  readonly latency: Latency = new Latency()
  readonly #table = new RequestTable()

  constructor() {
    subscribe('http.server.response.finish', (message) => {
      const { response } = message as { response: Timed }
      if (response[begun] !== undefined) this.#count(response, undefined)
    })
  }

  /** Called with each request. */
  begin(answer: Answer): void {
    if (answer instanceof ServerResponse) (answer as Timed)[begun] = performance.now()
    else if (answer instanceof StreamAnswer) answer.begun = performance.now()
    else this.#watchTunnel(answer)
  }

  /** A connection has closed: what was being answered on it will not be. */
  closed(socket: net.Socket, hadError: boolean): void {
    const response = responseOn(socket)
    if (response) this.#fail(response, hadError || socket.readableEnded ? 'aborted' : 'cut')
  }

  closedStream(answer: StreamAnswer): void {
    this.#countStream(answer, endOf(answer.stream))
  }

  /** This process ends, and what it has in flight with it. */
  leave(inFlight: Iterable<ServerResponse | StreamAnswer>): void {
    for (const answer of inFlight)
      if (answer instanceof ServerResponse) this.#fail(answer, 'cut')
      else this.#countStream(answer, 'cut')
  }

  /** While the process ends, this has been answered past Node. */
  answered(response: ServerResponse, status: number): void {
    this.#count(response, undefined, status)
  }

  metrics(): WorkerMetric[] {
    return [
      {
        name: 'http_server_request_duration_seconds',
        help: 'How long requests took, from the head of the request to the end of the answer.',
        type: 'histogram',
        merge: 'sum',
        bounds: durationBounds,
        series: this.#table.series as Histogram[],
      },
    ]
  }

  #fail(response: Timed, unfinished: Unfinished): void {
    this.#count(response, unfinished, response.headersSent ? response.statusCode : 0)
  }

  #count(response: Timed, unfinished: Unfinished | undefined, status = response.statusCode): void {
    const since = response[begun]
    if (since === undefined) return
    response[begun] = undefined
    const { req } = response
    this.#add(req.method ?? '', status, routeOf(req, response), unfinished, since)
  }

  #countStream(answer: StreamAnswer, unfinished: Unfinished | undefined): void {
    const { begun: since, method, status } = answer
    if (since === undefined) return
    answer.begun = undefined
    this.#add(method, status, routeOfStream(answer.stream), unfinished, since)
  }

  /** It is answered when its connection becomes a tunnel, or does not. What goes through that is no request. */
  #watchTunnel(answer: TunnelAnswer): void {
    const since = performance.now()
    answer.onStatus((status) =>
      this.#add(answer.method, status ?? 0, undefined, status === undefined ? 'aborted' : undefined, since),
    )
  }

  #add(
    method: string,
    status: number,
    route: string | undefined,
    unfinished: Unfinished | undefined,
    since: number,
  ): void {
    const ms = performance.now() - since
    this.#table.add(method, status, route, unfinished, ms / msPerSecond)
    this.latency.add(ms)
  }
}

function endOf({ rstCode, aborted }: ServerHttp2Stream): Unfinished | undefined {
  if (rstCode === noError) return aborted ? 'aborted' : undefined
  return rstCode === cancelled ? 'aborted' : 'cut'
}
