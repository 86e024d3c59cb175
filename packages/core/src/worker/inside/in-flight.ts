import { type IncomingHttpHeaders, ServerResponse } from 'node:http'
import type * as net from 'node:net'
import { headOf } from '../../node-internals/http1-answers.ts'
import { parserOf } from '../../node-internals/http1-connections.ts'
import { isOfHttp2 } from '../../node-internals/http2.ts'
import { hideQuery, type InFlight, longestPart, type RequestInfo } from '../../protocol/inside.ts'
import { routeOf, routeOfStream } from '../../telemetry/routes/route-of.ts'
import { askedFor } from '../asked-for.ts'
import { asHead, isEventStream } from '../drain/event-streams.ts'
import type { StreamAnswer } from '../stream-answer.ts'
import type { VitalSigns } from '../vitals.ts'

type Answer = ServerResponse | StreamAnswer

/**
 * What is in flight here, the oldest first.
 * @param query whether queries are told, too: they may hold what is secret.
 * @param most requests that are told one by one.
 */
export function inFlight(vitals: VitalSigns, query: boolean, most: number): InFlight {
  const answers: { answer: Answer; age: number }[] = []
  let eventStreams = 0
  for (const answer of vitals.inFlight())
    if (isOfEvents(answer)) eventStreams++
    else answers.push({ answer, age: vitals.ageOf(answer) })
  // Those of the same age are in the order of their connections.
  answers.sort((one, other) => other.age - one.age)
  return {
    requests: answers.slice(0, most).map(({ answer, age }) => describe(answer, age, query)),
    total: answers.length,
    eventStreams,
    upgraded: [...vitals.sockets].filter((socket) => !parserOf(socket) && !isOfHttp2(socket)).length,
  }
}

function isOfEvents(answer: Answer): boolean {
  if (answer instanceof ServerResponse) return isEventStream(headOf(answer) ?? '')
  return answer.hasBegun && isEventStream(asHead(answer.stream.sentHeaders))
}

function describe(answer: Answer, age: number, query: boolean): RequestInfo {
  const told = answer instanceof ServerResponse ? ofHttp1(answer) : ofHttp2(answer)
  const cut = (text: string): string => text.slice(0, longestPart)
  const { path, client, route, headers } = told
  const forwardedFor = String(headers['x-forwarded-for'] ?? '')
    .split(',')[0]!
    .trim()
  return {
    method: cut(told.method),
    path: cut(query ? path : hideQuery(path)),
    age: Math.round(age),
    protocol: told.protocol,
    client: client?.remoteAddress && cut(client.remoteAddress),
    forwardedFor: cut(forwardedFor) || undefined,
    route: route === undefined ? undefined : cut(route),
    answering: answer instanceof ServerResponse ? answer.headersSent : answer.hasBegun,
  }
}

interface Told {
  method: string
  path: string
  protocol: RequestInfo['protocol']
  client: net.Socket | undefined
  route: string | undefined
  headers: IncomingHttpHeaders
}

function ofHttp1(response: ServerResponse): Told {
  const { req } = response
  const { method = '', socket, headers } = req
  return {
    method,
    path: askedFor(req),
    protocol: 'HTTP/1',
    client: socket,
    route: routeOf(req, response),
    headers,
  }
}

function ofHttp2({ request, headers, stream }: StreamAnswer): Told {
  const [method = '', path = ''] = request.split(' ', 2)
  return {
    method,
    path,
    protocol: 'HTTP/2',
    client: stream.session?.socket,
    route: routeOfStream(stream),
    headers,
  }
}
