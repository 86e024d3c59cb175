import type { Http2Session } from 'node:http2'
import type net from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { writeFrame } from '../../node-internals/http2.ts'
import { settles } from '../../settles.ts'
import { keepWhileOpen } from '../keep-while-open.ts'
import { isHttp2 } from '../server-kind.ts'
import { StreamHold } from './http2-hold.ts'
import { echoes, fallsSilent } from './http2-silence.ts'

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
 * Make it before the server has sessions. Until `start` it costs one listener
 * per session, and nothing per stream.
 */
export class Http2Drainer {
  readonly #server: net.Server
  readonly #sessions = new Set<Http2Session>()

  constructor(server: net.Server) {
    this.#server = server
    if (isHttp2(server)) keepWhileOpen(server, 'session', this.#sessions)
  }

  /** From now on, also to the sessions that are still to come. */
  start(): void {
    if (!isHttp2(this.#server)) return
    const hold = new StreamHold(this.#server)
    for (const session of this.#sessions) void takeLeave(session, hold)
    this.#server.on('session', (session: Http2Session) => void takeLeave(session, hold))
  }
}

async function takeLeave(session: Http2Session, hold: StreamHold): Promise<void> {
  await hasBegunStream(session, firstStreamTime)
  const release = hold.begin(session)
  await fallsSilent(session, holdTime)
  let outcome = writeFrame(session, notice)
  if (outcome === 'impossible') session.close()
  release()
  for (const until = performance.now() + noticeTime; outcome === 'busy' && performance.now() < until;) {
    await sleep(retryTime)
    outcome = writeFrame(session, notice)
  }
  // What the client had sent before it read the notice is here when its echo is.
  if (outcome === 'written' && (await echoes(session, readTime))) await sleep(settleTime)
  session.close()
}

async function hasBegunStream(session: Http2Session, timeout: number): Promise<void> {
  if (session.destroyed || session.state.lastProcStreamID! > 0) return
  const stream = new Promise((resolve) => session.once('stream', resolve))
  await settles(stream, timeout)
}
