import type { Http2Session } from 'node:http2'
import { streamsOf } from '../../node-internals/http2.ts'
import { settles } from '../../settles.ts'

/** How many round trips must see no stream end. PINGs overtake what waits to be sent, and their echoes do. */
const silentRounds = 2

/**
 * Waits, at most `patience` ms, until a client of HTTP/2 has nothing on its
 * way here, if it sends only when it has been answered. New streams must not be
 * answered meanwhile.
 */
export async function fallsSilent(session: Http2Session, patience: number): Promise<void> {
  const until = performance.now() + patience
  for (let round = 0; round < silentRounds; round++) {
    const streams = [...streamsOf(session)].filter(({ closed }) => !closed)
    const left = until - performance.now()
    if (left <= 0 || !(await echoes(session, left))) return
    if (streams.some(({ closed, destroyed }) => closed || destroyed)) round = -1
  }
}

/**
 * Whether the other side answers a PING within `timeout` ms. All is known then
 * that has come together with its answer.
 */
export async function echoes(session: Http2Session, timeout: number): Promise<boolean> {
  if (session.closed || session.destroyed) return false
  const echo = new Promise<boolean>((resolve) => {
    session.ping((error) => setImmediate(resolve, !error))
  })
  return (await settles(echo, timeout)) && echo
}
