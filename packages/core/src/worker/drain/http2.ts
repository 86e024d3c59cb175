import type { Http2Session } from 'node:http2'
import { setTimeout as sleep } from 'node:timers/promises'
import { writeFrame } from '../../node-internals/http2.ts'
import { settles } from '../../settles.ts'
import { isHttp2 } from '../server-kind.ts'
import { StreamHold } from './http2-hold.ts'
import { echoes, fallsSilent } from './http2-silence.ts'
import type { Ledger } from './ledger.ts'
import { Turns } from './turns.ts'

/**
 * How long (in ms) the first stream of a session that has had none is awaited:
 * a client that has just made one is about to use it.
 */
const firstStreamTime = 500

/** How long (in ms) a session's new streams wait at most until its client has sent all that it will. */
const holdTime = 500

/** How long (in ms) streams are still taken after the notice has been read: some clients read and send in two threads. */
const settleTime = 250

/** How long (in ms) a client may take to read the notice. */
const readTime = 1000

/** How long (in ms) a moment between two frames is awaited for the notice, and how often one is looked for. */
const noticeTime = 1000
const retryTime = 5

/** With less time (in ms) than this until all is cut, each of these is shorter. */
const amplePatience = 5000

/** A GOAWAY without an error, of the last stream that there can be. */
const notice = Buffer.from('0000080700000000007fffffff00000000', 'hex')

/**
 * Takes leave of the sessions of a server of HTTP/2, so that their clients send
 * the next requests elsewhere. What says so is a GOAWAY. Streams that cross it
 * on their way are refused, and lost if the client does not send them again, and so:
 *
 * - New streams reach the app a little later. A client that waits for answers
 *   falls silent, and its GOAWAY crosses nothing.
 * - Without TLS a notice comes first, a GOAWAY that refuses nothing yet. Node
 *   can send none, which is why there is none under TLS.
 *
 * Until `start` it costs nothing.
 */
export class Http2Drainer {
  readonly #ledger: Ledger

  constructor(ledger: Ledger) {
    this.#ledger = ledger
  }

  /**
   * From now on, also to the sessions that are still to come.
   *
   * @param timeout milliseconds until what is left is cut.
   * @param perSecond how many sessions are told in a second: their clients make new ones.
   */
  start(timeout: number, perSecond: number = Infinity): void {
    const { server, sessions } = this.#ledger
    if (!isHttp2(server)) return
    const leave = new Leave(new StreamHold(server), Math.min(1, timeout / amplePatience))
    const now = performance.now()
    const turns = new Turns(sessions.size, perSecond, timeout, now)
    for (const session of sessions) void leave.take(session, turns.take(now) - now)
    server.on('session', (session: Http2Session) => void leave.take(session, 0))
  }
}

/** How leave is taken of one session. */
class Leave {
  readonly #hold: StreamHold
  readonly #part: number

  /** @param part of the times above that there is. */
  constructor(hold: StreamHold, part: number) {
    this.#hold = hold
    this.#part = part
  }

  /** @param delay milliseconds until it begins. */
  async take(session: Http2Session, delay: number): Promise<void> {
    const part = this.#part
    if (delay > 0) await sleep(delay)
    await hasBegunStream(session, firstStreamTime * part)
    const release = this.#hold.begin(session)
    await fallsSilent(session, holdTime * part)
    let outcome = writeFrame(session, notice)
    if (outcome === 'impossible') session.close()
    release()
    const until = performance.now() + noticeTime * part
    while (outcome === 'busy' && performance.now() < until) {
      await sleep(retryTime)
      outcome = writeFrame(session, notice)
    }
    // What the client had sent before it read the notice is here when its echo is.
    if (outcome === 'written' && (await echoes(session, readTime * part))) await sleep(settleTime * part)
    session.close()
  }
}

async function hasBegunStream(session: Http2Session, timeout: number): Promise<void> {
  if (session.destroyed || session.state.lastProcStreamID! > 0) return
  const stream = new Promise((resolve) => session.once('stream', resolve))
  await settles(stream, timeout)
}
