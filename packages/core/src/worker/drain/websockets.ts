import type * as net from 'node:net'
import { parserOf } from '../../node-internals/http1-connections.ts'
import type { Farewell, Farewells } from './farewell.ts'
import { FrameTracker } from './frame-tracker.ts'
import type { Ledger } from './ledger.ts'
import { SocketFarewell } from './socket-farewell.ts'
import { onUpgrade } from './upgrades.ts'
import { Traffic } from './traffic.ts'
import { restartCode, type WebSocket, webSocketOn, WsFarewell } from './ws.ts'

/** An upgrade that the server got, and what is spoken on it since. */
interface Upgrade {
  tracker: FrameTracker
  webSocket(): WebSocket | undefined
}

/** The WebSockets of a server, of whichever library. */
export class WebSockets implements Farewells {
  readonly #ledger: Ledger
  readonly #upgrades = new WeakMap<net.Socket, Upgrade>()
  readonly #known = new WeakSet<net.Socket>()

  constructor(ledger: Ledger) {
    this.#ledger = ledger
    onUpgrade(ledger.server, (request, stream) => {
      if (!/\bwebsocket\b/i.test(request.headers.upgrade ?? '')) return
      // They are two where the request has a body.
      const webSocket = (): WebSocket | undefined => webSocketOn(stream) ?? webSocketOn(request.socket)
      const tracker = new FrameTracker(stream, () => webSocket() !== undefined)
      this.#upgrades.set(request.socket, { tracker, webSocket })
    })
  }

  *find(quiet: number): Iterable<Farewell> {
    for (const socket of this.#ledger.streams) {
      if (this.#known.has(socket) || parserOf(socket)) continue
      const farewell = this.#farewellOf(socket, quiet)
      if (!farewell) continue
      this.#known.add(socket)
      yield farewell
    }
  }

  #farewellOf(socket: net.Socket, quiet: number): Farewell | undefined {
    const upgrade = this.#upgrades.get(socket)
    // An app may have handed it to ws by itself.
    const webSocket = upgrade ? upgrade.webSocket() : webSocketOn(socket)
    const traffic = new Traffic(socket, quiet)
    if (webSocket) return new WsFarewell(socket, webSocket, traffic)
    return upgrade?.tracker.isOpen ? new TrackedFarewell(socket, upgrade.tracker, traffic) : undefined
  }
}

/** By a close frame of ours. */
class TrackedFarewell extends SocketFarewell {
  readonly #tracker: FrameTracker

  constructor(socket: net.Socket, tracker: FrameTracker, traffic: Traffic) {
    super(socket, traffic)
    this.#tracker = tracker
  }

  say(isPatient: boolean): boolean {
    if (!isPatient || this.traffic.isQuiet()) this.#tracker.close(restartCode)
    return this.#tracker.isClosed
  }
}
