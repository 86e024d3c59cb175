import http, { type RequestListener, type Server, type ServerOptions } from 'node:http'
import { badOption } from './bad-option.ts'
import { duration } from './duration.ts'

/**
 * What `http.createServer` takes, and what else can be set on its server. An
 * option that the running version of Node does not know is ignored, as by Node.
 */
export interface HttpServerOptions extends ServerOptions {
  /** Milliseconds (Node 24.6 and later). */
  keepAliveTimeoutBuffer?: number
  /** How long (in ms) a socket may be silent; 0 for any time. */
  timeout?: number
  /** How many header fields are read of a request; 0 for all. */
  maxHeadersCount?: number
  /** How many requests a connection may bring; 0 for any number. */
  maxRequestsPerSocket?: number
  /** How many connections each worker has at most. */
  maxConnections?: number
  /** Whether what is above `maxConnections` is closed in place of passed on (Node 22.12 and later). */
  dropMaxConnection?: boolean
}

type Check = (name: string, value: any) => void

const timeout: Check = (name, value) => duration(name, value, { least: 100, zero: true })
const briefly: Check = (name, value) => duration(name, value, { least: 0 })
const count: Check = (name, value) =>
  expect(Number.isSafeInteger(value) && value >= 0, name, value, 'a whole number from 0')
const flag: Check = (name, value) => expect(typeof value === 'boolean', name, value, 'true or false')
const code: Check = (name, value) => expect(typeof value === 'function', name, value, 'a function')
const message: Check = (name, value) => expect(typeof value === 'function', name, value, 'a class')
const strictness: Check = (name, value) =>
  expect(['strict', 'relaxed', 'insecure'].includes(value), name, value, "'strict', 'relaxed' or 'insecure'")
const names: Check = (name, value) =>
  expect(
    Array.isArray(value) && value.flat().every((header) => typeof header === 'string'),
    name,
    value,
    'an array of header names',
  )

/** What `http.createServer` takes, in every version of Node so far. */
const options = {
  IncomingMessage: message,
  ServerResponse: message,
  connectionsCheckingInterval: briefly,
  headersTimeout: timeout,
  highWaterMark: count,
  httpValidation: strictness,
  insecureHTTPParser: flag,
  joinDuplicateHeaders: flag,
  keepAlive: flag,
  keepAliveInitialDelay: briefly,
  keepAliveTimeout: timeout,
  keepAliveTimeoutBuffer: briefly,
  maxHeaderSize: count,
  noDelay: flag,
  optimizeEmptyRequests: flag,
  rejectNonStandardBodyWrites: flag,
  requestTimeout: timeout,
  requireHostHeader: flag,
  shouldUpgradeCallback: code,
  uniqueHeaders: names,
} satisfies Record<keyof ServerOptions, Check> & Record<string, Check>

/** What is set on the server that it has made. */
const properties = {
  dropMaxConnection: flag,
  maxConnections: count,
  maxHeadersCount: count,
  maxRequestsPerSocket: count,
  timeout,
} satisfies Record<Exclude<keyof HttpServerOptions, keyof typeof options>, Check>

const checks = new Map(Object.entries<Check>({ ...options, ...properties }))

/** Whatever can be said of a server by an option. */
export const serverOptionNames: readonly string[] = [...checks.keys()]

/** @throws {ClusteredError} ERR_CLUSTERED_BAD_OPTION */
export function checkServerOptions(given: unknown): HttpServerOptions | undefined {
  if (given === undefined) return undefined
  if (typeof given !== 'object' || given === null || Array.isArray(given))
    throw badOption('server', given, 'an object such as { keepAliveTimeout: 65000 }')
  for (const [name, value] of Object.entries(given)) {
    const check = checks.get(name)
    if (!check)
      throw badOption(
        `server.${name}`,
        value,
        `one of: ${serverOptionNames.join(', ')}. For anything else give the server itself, ` +
          'as in clustered(https.createServer({ key, cert }, app)), or use the hook onServer',
        'is not an option of http.createServer',
      )
    if (value !== undefined) check(`server.${name}`, value)
  }
  const copy = { ...given }
  try {
    // Some go together, and some do not: Node knows best. It listens nowhere, and costs nothing.
    makeHttpServer(copy)
  } catch (error) {
    throw badOption('server', given, `what http.createServer takes, which says: ${(error as Error).message}`)
  }
  return copy
}

export function makeHttpServer(given: HttpServerOptions = {}, listener?: RequestListener): Server {
  const server = http.createServer(given, listener)
  for (const [name, value] of Object.entries(given))
    if (name in properties && value !== undefined) Reflect.set(server, name, value)
  return server
}

function expect(holds: boolean, name: string, value: unknown, allowed: string): void {
  if (!holds) throw badOption(name, value, allowed)
}
