/** What is asked of a worker by whoever looks inside it, and what it answers. */

/** What is in flight in a worker. */
export interface InFlight {
  /** Those that have been in flight the longest, event streams apart. */
  requests: RequestInfo[]
  /** How many of those there are in all. */
  total: number
  eventStreams: number
  /** Connections on which something else than HTTP is spoken, such as WebSockets. */
  upgraded: number
}

/** A request that has not been answered to its end. */
export interface RequestInfo {
  method: string
  /** With `?…` in place of its query, unless that was asked for. */
  path: string
  /** Milliseconds at least. Requests are looked at once a second: it may be up to 1000 more. */
  age: number
  protocol: 'HTTP/1' | 'HTTP/2'
  /** The other end of its connection. */
  client: string | undefined
  /** The first address of `X-Forwarded-For`, which anybody can write. */
  forwardedFor: string | undefined
  /** Of Express: the route that has it. */
  route: string | undefined
  /** The answer's head has been sent. */
  answering: boolean
}

/** What a worker's main thread says of itself. */
export interface Look {
  /** What the code that runs now was started by, such as `GET /report`. */
  request: string | undefined
  inFlight: InFlight
}

export type Question =
  | { what: 'look'; query: boolean }
  /** Records for so many milliseconds, and writes the profile to a file that is not there yet. */
  | ({ what: 'profile'; time: number } & FileNames)
  /** Writes a heap snapshot to a file that is not there yet. With `move`, others are to have its connections before. */
  | ({ what: 'heap'; move: boolean } & FileNames)
  /** Opens the inspector, for so many milliseconds. */
  | { what: 'inspect'; time: number }
  /** Whoever asked the question of that id has gone. */
  | { what: 'stop'; id: number }
  /** Its loop turns: it answers `true`. */
  | { what: 'here' }
  /** Runs the app's own checks, each for so many milliseconds at most. */
  | { what: 'check'; timeout: number }

/** What a file is called when it is whole, and until then: in the same folder. */
export interface FileNames {
  file: string
  part: string
}

/** Of a profile or a heap snapshot. */
export interface Written {
  file: string
  /** Bytes. */
  size: number
  /** For how many milliseconds the main thread stood still for it. */
  paused: number
}

export interface Inspected {
  url: string
  /** It was open before, and stays so. */
  already: boolean
}

/** Asked of the watchdog's thread, which answers while the main thread does not. */
export interface ThreadQuestion {
  id: number
  /** When it was asked, in milliseconds since the epoch: nobody waits for the answer to an old one. */
  at: number
  /** Where the main thread stands; or that it goes on, from whatever breakpoint, for so many milliseconds. */
  ask: { what: 'stack'; query: boolean } | { what: 'resume'; time: number }
}

/** What the thread has seen of a main thread that stands. */
export interface ThreadAnswer {
  kind: 'told'
  id: number
  /** Milliseconds since the loop last turned. */
  stalledFor: number
  /** Innermost first; empty in a native call that cannot be interrupted. */
  stack: string[]
  /** Why it stands, if that is no fault of its code. */
  busy: 'heap snapshot' | 'debugger' | undefined
  look: Look | undefined
}

/** So many requests of one worker are told one by one; by its watchdog's thread, in one line. */
export const mostRequests = 100
export const mostInLine = 50

/** How long (in ms) it is waited for an answer: a thread may wait for 5 s until a main thread stops. */
export const longestLook = 7000

/** Characters of a path, a route or an address. */
export const longestPart = 200

const isText = (value: unknown): boolean => typeof value === 'string' && value.length <= longestPart
const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 0
const isMaybe = (value: unknown): boolean => value === undefined || value === null || isText(value)

function isRequest(value: unknown): boolean {
  const { method, path, age, protocol, client, forwardedFor, route, answering } = (value ??
    {}) as Partial<RequestInfo>
  return (
    [method, path, protocol].every(isText) &&
    [client, forwardedFor, route].every(isMaybe) &&
    Number.isFinite(age) &&
    typeof answering === 'boolean'
  )
}

/** @returns it, or undefined if it is none. */
export function asLook(value: unknown): Look | undefined {
  const { request, inFlight } = (value ?? {}) as Partial<Look>
  const { requests, total, eventStreams, upgraded } = (inFlight ?? {}) as Partial<InFlight>
  const fits =
    isMaybe(request) &&
    Array.isArray(requests) &&
    requests.length <= mostRequests &&
    requests.every(isRequest) &&
    [total, eventStreams, upgraded].every(isCount)
  return fits ? (value as Look) : undefined
}

/** @returns it, or undefined if it is none. */
export function asWritten(value: unknown): Written | undefined {
  const { file, size, paused } = (value ?? {}) as Partial<Written>
  return typeof file === 'string' && isCount(size) && Number.isFinite(paused) ? (value as Written) : undefined
}

/** @returns it, or undefined if it is none. */
export function asInspected(value: unknown): Inspected | undefined {
  const { url, already } = (value ?? {}) as Partial<Inspected>
  return isText(url) && typeof already === 'boolean' ? (value as Inspected) : undefined
}

/** @returns it, or undefined if it is none. */
export function asThreadAnswer(value: unknown): ThreadAnswer | undefined {
  const { kind, id, stalledFor, stack, busy, look } = (value ?? {}) as Partial<ThreadAnswer>
  const fits =
    kind === 'told' &&
    isCount(id) &&
    Number.isFinite(stalledFor) &&
    Array.isArray(stack) &&
    stack.every((frame) => typeof frame === 'string') &&
    isMaybe(busy)
  return fits ? { ...(value as ThreadAnswer), look: asLook(look) } : undefined
}

/** Such as `GET /report?…`. */
export function hideQuery(text: string): string {
  const at = text.indexOf('?')
  return at === -1 ? text : `${text.slice(0, at)}?…`
}
