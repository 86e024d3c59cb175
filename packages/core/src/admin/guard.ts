import type { IncomingHttpHeaders } from 'node:http'
import { hostName, type Hosts } from './hosts.ts'
import type { Token } from './tokens.ts'

/** Who may ask for what. */
export interface Access {
  /** Nobody but this machine's users can reach it. */
  readonly isLocal: boolean
  /** By which names it may be asked; none where no browser can ask, at a unix socket. */
  readonly hosts: Hosts | undefined
  readonly token: Token | undefined
  readonly scrapeToken: Token | undefined
}

/**
 * What is asked for: whether the program is alive or ready, in a word; what is
 * the same for every program; what this one is like; its metrics; or a change.
 */
export type Need = 'probe' | 'page' | 'read' | 'scrape' | 'change'

export interface Refusal {
  status: 401 | 403 | 421
  why: string
}

export interface Asked {
  readonly method?: string | undefined
  readonly headers: IncomingHttpHeaders
}

const howToSet =
  'To set one: admin: { port: 9000, token } in the options, or CLUSTERED_ADMIN_TOKEN in the environment, ' +
  '16 characters or more (openssl rand -hex 16)'

/** @returns why it is not answered, if it is not. */
export function refusal(asked: Asked, need: Need, access: Access): Refusal | undefined {
  return wrongHost(asked, need, access) ?? otherSite(asked, access) ?? noToken(asked, need, access)
}

/** Whether a token was sent that is good for changes. */
export function mayChange({ headers }: Asked, { token }: Access): boolean {
  const given = bearer(headers)
  return given !== undefined && token?.is(given) === true
}

function wrongHost({ headers }: Asked, need: Need, { isLocal, hosts }: Access): Refusal | undefined {
  const { host } = headers
  // A load balancer asks by whatever name it likes. Only clients of HTTP/1.0, which no browser is, name none.
  if (!hosts || host === undefined || (need === 'probe' && !isLocal)) return undefined
  const name = hostName(host)
  if (name !== undefined && hosts.has(name)) return undefined
  return {
    status: 421,
    why: 'asked by a name that is not known here. If it is right, name it: admin: { hosts: [...] }, or CLUSTERED_ADMIN_HOSTS',
  }
}

/** A page of somebody else's in a browser that can reach this. */
function otherSite({ method, headers }: Asked, { hosts }: Access): Refusal | undefined {
  const { origin } = headers
  const site = headers['sec-fetch-site']
  const isNavigation = headers['sec-fetch-mode'] === 'navigate' && (method === 'GET' || method === 'HEAD')
  const isForeign =
    origin === undefined
      ? site !== undefined && site !== 'same-origin' && site !== 'none'
      : !isOwn(origin, headers.host, hosts)
  if (!isForeign || (isNavigation && origin === undefined)) return undefined
  return { status: 403, why: 'asked by a page of another origin' }
}

function isOwn(origin: string, host: string | undefined, hosts: Hosts | undefined): boolean {
  const own = /^https?:\/\/([^/]+)$/i.exec(origin)?.[1]?.toLowerCase()
  if (own === undefined) return false
  if (own === host?.toLowerCase()) return true
  const name = hostName(own)
  return name !== undefined && hosts?.isNamed(name) === true
}

function noToken({ headers }: Asked, need: Need, access: Access): Refusal | undefined {
  if (need === 'probe' || need === 'page') return undefined
  const { isLocal, token, scrapeToken } = access
  const good = [token, ...(need === 'scrape' ? [scrapeToken] : [])].flatMap((known) => known ?? [])
  const isNeeded = need === 'change' || !isLocal || (need === 'scrape' && scrapeToken !== undefined)
  const given = bearer(headers)
  if (!isNeeded && (given === undefined || good.length === 0)) return undefined
  if (given !== undefined && good.some((known) => known.is(given))) return undefined
  if (good.length === 0)
    return {
      status: 403,
      why:
        need === 'change'
          ? `nothing can be changed here, as there is no token. ${howToSet}`
          : `bound elsewhere than loopback, this answers only who has a token, and there is none. ${howToSet}`,
    }
  const which = need === 'scrape' ? 'the token, or the one for scrapes' : 'the token'
  return {
    status: 401,
    why: given === undefined ? `needs ${which}: Authorization: Bearer TOKEN` : `that is not ${which}`,
  }
}

function bearer({ authorization }: IncomingHttpHeaders): string | undefined {
  return authorization === undefined ? undefined : /^bearer +(\S+) *$/i.exec(authorization)?.[1]
}
