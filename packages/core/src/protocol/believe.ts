/**
 * What a worker says reaches the primary over a channel and a pipe that the
 * app, and the app's children, can write to as well. Only what has the form of
 * a message is believed.
 */
import type { Vitals } from '../cluster.ts'
import type { LostLog } from '../lost-log.ts'
import { longestData, longestTopic } from '../messages/message.ts'
import type { TransferableHandle } from '../node-internals/handles.ts'
import { asThreadAnswer, type ThreadAnswer } from './inside.ts'
import { isHint } from './hints.ts'
import { mostChecks } from './check-results.ts'
import { beats, type LastWords, type ListenRequest, type ToPrimary } from './messages.ts'
import type { StallReport, WatchdogReport } from './watchdog.ts'

type Fields<Thing> = { [Name in keyof Thing]-?: (value: unknown) => boolean }
type Message<Type> = Extract<ToPrimary, { type: Type }>

/** A reason is never longer. A key may be: it has in it what the app listens at. */
const longestText = 4096

/** What of a request is passed on in a message. */
const longestHead = 64 * 1024

const isText = (value: unknown): boolean => typeof value === 'string' && value.length <= longestText
const isString = (value: unknown): boolean => typeof value === 'string'
const isHead = (value: unknown): boolean => typeof value === 'string' && value.length <= longestHead
const isNumber = (value: unknown): boolean => typeof value === 'number'
const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 0
const isBeatTime = (value: unknown): boolean => isCount(value) && (value as number) <= beats.idle.every
const isMask = (value: unknown): boolean => isCount(value) && (value as number) <= 0o777
const isCounts = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && Object.values(value).every(isCount)
const isFlag = (value: unknown): boolean => typeof value === 'boolean'
const optional =
  (is: (value: unknown) => boolean) =>
  (value: unknown): boolean =>
    value === undefined || value === null || is(value)

function has<Thing>(fields: Fields<Thing>): (value: unknown) => boolean {
  const checks = Object.entries<(value: unknown) => boolean>(fields)
  return (value) =>
    typeof value === 'object' &&
    value !== null &&
    checks.every(([name, is]) => is((value as Record<string, unknown>)[name]))
}

const isRequest = has<ListenRequest>({
  address: optional(isString),
  port: optional(isNumber),
  addressType: optional((value) => isNumber(value) || isText(value)),
  fd: optional(isNumber),
  flags: optional(isNumber),
  backlog: optional(isNumber),
  readableAll: optional(isFlag),
  writableAll: optional(isFlag),
  umask: optional(isMask),
})

/** In the form in which Node's own cluster passes them on. */
const isKeys = has<{ ticketKeys: string }>({
  ticketKeys: (value) => typeof value === 'string' && /^[\da-f]{96}$/.test(value),
})

const isLastWords = has<LastWords>({
  name: isString,
  message: isString,
  code: optional(isString),
  stack: isString,
  request: optional(isText),
})

const isSpread = has<{ p50: number; p99: number }>({ p50: isNumber, p99: isNumber })

const isVitals = has<Vitals>({
  loopDelay: isSpread,
  utilization: isNumber,
  rss: isNumber,
  heapUsed: isNumber,
  connections: isNumber,
  inFlight: isNumber,
  requests: isNumber,
  requestRate: isNumber,
  latency: optional(isSpread),
  cpu: isNumber,
  lostLog: optional(has<LostLog>({ at: isNumber, code: isText })),
})

const isCall = (value: unknown): boolean => {
  const { method } = (value ?? {}) as { method?: unknown }
  return method === 'reload' || method === 'scale' || method === 'close' || method === 'metrics'
}

const isTopic = (value: unknown): boolean =>
  typeof value === 'string' && value.length > 0 && value.length <= longestTopic

const isPublished = (value: unknown): boolean =>
  Array.isArray(value) &&
  value.length === 2 &&
  isTopic(value[0]) &&
  typeof value[1] === 'string' &&
  value[1].length <= longestData

const messages: { [Type in ToPrimary['type']]: Fields<Omit<Message<Type>, 'type'>> } = {
  listen: {
    key: isString,
    request: isRequest,
    secure: isFlag,
    ticketKeys: optional(isKeys),
    chosenKeys: isFlag,
  },
  'ticket-keys': { key: isString, ticketKeys: isKeys },
  listening: { key: isString },
  closed: { key: isString },
  settled: {},
  ready: {},
  'may-lead': {},
  'lead-over': {},
  answer: {
    key: isString,
    connections: (value) => Array.isArray(value) && value.every(isCount),
    accepted: isFlag,
  },
  adopt: { key: isString, served: isFlag },
  pass: { key: isString, to: isText, bytes: isHead },
  gave: { key: isString },
  returned: { key: isString, socket: isCount },
  room: { key: isString, hasRoom: isFlag },
  beat: { next: isBeatTime, utilization: isNumber, open: isCounts, scarce: optional(isFlag) },
  vitals: { vitals: isVitals },
  // The ledger looks at each: one that is no good does not take the others with it.
  metrics: { metrics: Array.isArray, measured: optional(isFlag) },
  signal: { signal: isText },
  crash: { error: isLastWords, contained: isFlag },
  said: { text: isText },
  options: {
    options: (value) => typeof value === 'object' && value !== null,
    others: (value) => Array.isArray(value) && value.every(isText),
  },
  checks: {
    names: (value) => Array.isArray(value) && value.length <= mostChecks && value.every(isText),
  },
  hint: { hint: isHint },
  problem: { problem: isString },
  call: { id: isCount, call: isCall },
  publish: { messages: (value) => Array.isArray(value) && value.every(isPublished) },
  subscribe: { topic: isTopic },
  unsubscribe: { topic: isTopic },
  reopened: { turn: isCount },
  // Looked at by whoever has asked.
  told: { id: isCount, answer: () => true, error: optional(has({ code: isText, message: isText })) },
}

const checks = new Map(Object.entries(messages).map(([type, fields]) => [type, has(fields)]))

/** @returns the message, or undefined if it is none. */
export function asToPrimary(value: unknown, handle: TransferableHandle | undefined): ToPrimary | undefined {
  const { type } = (value ?? {}) as { type?: unknown }
  if (!checks.get(type as string)?.(value)) return undefined
  // These alone bring a connection, and never come without.
  if ((type === 'adopt' || type === 'pass') !== isConnection(handle)) return undefined
  return value as ToPrimary
}

/** What the app has sent along may be a server, a socket of UDP, or a `net.Socket`. */
function isConnection(handle: TransferableHandle | undefined): boolean {
  return typeof (handle as { readStart?: unknown } | undefined)?.readStart === 'function'
}

const isStall = has<StallReport>({
  kind: (value) => value === 'lag' || value === 'hung',
  stalledFor: isNumber,
  stack: (value) => Array.isArray(value) && value.every(isString),
  request: optional(isString),
})

const isBusy = has<{ kind: string }>({ kind: (value) => value === 'busy' })

/** @returns what a watchdog has written, or undefined if the line is nothing of that. */
export function asWatchdogLine(line: string): WatchdogReport | ThreadAnswer | undefined {
  try {
    const value: unknown = JSON.parse(line)
    return isBusy(value) || isStall(value) ? (value as WatchdogReport) : asThreadAnswer(value)
  } catch {
    return undefined
  }
}
