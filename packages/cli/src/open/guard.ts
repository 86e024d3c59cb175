import { randomBytes, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { CliError } from '../errors.ts'

/** What a browser on this machine, or behind `ssh -L`, calls it. */
const ownHosts = new Set(['localhost', '127.0.0.1', '[::1]'])

/** Refuses whoever was not given the address: other users of this machine, and other pages in the same browser. */
export class Guard {
  readonly token: string = randomBytes(32).toString('base64url')

  /**
   * For each request: a name of somebody else's that leads here brings the
   * pages of that name.
   * @throws {CliError} ERR_CLUSTERED_FORBIDDEN
   */
  checkPlace({ headers }: IncomingMessage): void {
    const { host = '', origin } = headers
    if (!ownHosts.has(host.replace(/:\d+$/, '').toLowerCase()))
      throw forbidden(`the name ${JSON.stringify(host)} is not one of this machine's own`)
    if (origin !== undefined && origin !== `http://${host}`)
      throw forbidden(`a page of ${JSON.stringify(origin)} may not ask`)
  }

  /** @throws {CliError} ERR_CLUSTERED_NO_TOKEN */
  checkToken({ headers }: IncomingMessage): void {
    const [, given = ''] = /^Bearer +(\S+)$/i.exec(headers.authorization ?? '') ?? []
    const [one, other] = [Buffer.from(given), Buffer.from(this.token)]
    if (one.length === other.length && timingSafeEqual(one, other)) return
    throw new CliError(
      'ERR_CLUSTERED_NO_TOKEN',
      "The token is missing or wrong. Open the whole address that 'clustered open' has printed, as it was printed last.",
    )
  }
}

function forbidden(why: string): CliError {
  return new CliError('ERR_CLUSTERED_FORBIDDEN', `Refused: ${why}.`)
}
