import { type Client, nodeClients, mixedClients, type What } from '../../support/load.ts'
import { grpcClients, slowCall } from './grpc.ts'
import { http2Clients } from './http2.ts'
import { mqttClients, slowConversation } from './mqtt.ts'
import { lineClients, slowLines } from './lines.ts'

/** A way to ask. Its clients never ask twice. */
export interface Kind {
  clients(port: number, requests: readonly What[]): Client[]
  /** One exchange that goes on for a while. */
  slow(port: number, what: What): Slow
  /** They ask again as soon as they have been answered. */
  hurried?: boolean
}

export interface Slow {
  /** The app has it. Where that is missing, the app says so itself. */
  begun?: Promise<unknown>
  /** Rejects where an answer is not complete. */
  answered: Promise<unknown>
}

const ofHttp = (secure: boolean): Kind => ({
  clients: (port, requests) => requests.flatMap((what) => mixedClients(2, { port, secure }, what)),
  slow: (port, what) => ({ answered: nodeClients(1, { port, secure }, what, false)[0]!() }),
})

const ofHttp2 = (protocol: 'h2' | 'h2c'): Kind => ({
  clients: (port, requests) => requests.flatMap((what) => http2Clients(2, protocol, port, what)),
  slow: (port, what) => ({ answered: http2Clients(1, protocol, port, what)[0]!() }),
})

export const kinds = {
  http: ofHttp(false),
  https: ofHttp(true),
  // Under TLS a stream is refused that crosses the GOAWAY, as only that of a client can which pauses.
  h2: { ...ofHttp2('h2'), hurried: true },
  h2c: ofHttp2('h2c'),
  grpc: { clients: (port) => grpcClients(8, port), slow: (port) => ({ answered: slowCall(port) }) },
  mqtt: { clients: (port) => mqttClients(8, port), slow: slowConversation },
  lines: { clients: (port) => lineClients(8, port), slow: slowLines },
} satisfies Record<string, Kind>
