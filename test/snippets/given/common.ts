/**
 * What pieces of code in the documents use and do not say where they have it from: it is the app's own. Each works as far
 * as it has to for a piece to be run.
 */
import { randomUUID } from 'node:crypto'
import http, { type IncomingMessage, type ServerResponse } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { Registry } from 'prom-client'
import { certificate } from '../../fixtures/certificate.js'

export const { key, cert } = certificate

export const listener = (_request: IncomingMessage, response: ServerResponse): void =>
  void response.end('hello')
export const answer: typeof listener = (request, response) => listener(request, response)
export const server = http.createServer(listener)

export const database = {
  load: async (_id: string): Promise<object> => ({}),
  save: async (_id: string, _user: unknown): Promise<void> => {},
  end: async (): Promise<void> => {},
}
export const store = { ...database }
export const pool = { query: async (_query: { text: string; signal: AbortSignal }): Promise<object> => ({}) }
export const redis = { ping: async (): Promise<string> => 'PONG' }
export const registry = new Registry()

export const consumer = { subscribe: async (): Promise<void> => {}, close: async (): Promise<void> => {} }
export const queue = {
  connect: async (): Promise<void> => {},
  async *jobs(_options: { signal: AbortSignal }): AsyncGenerator<string> {},
}
export const work = async (_job: string): Promise<void> => {}
export const sendReports = async (): Promise<void> => {}
export const sendMail = async (): Promise<void> => {}
export const sendConfirmation = async (_order: unknown): Promise<void> => {}
export const connection = { end: async (): Promise<void> => {} }
export const take = (): Promise<string> => {
  console.log('takes a message')
  return sleep(100, 'a message')
}
export const handle = async (_message: string): Promise<void> => {}
export const consume = async (_signal: AbortSignal): Promise<void> => {}
export const startCron = async (_signal: AbortSignal): Promise<void> => {}

/** Somebody is woken up by it. */
export const page = (_text: string): void => {}
export const alert = (_slots: readonly object[]): void => {}
export const log = {
  info: (_facts: object, _text: string) => {},
  warn: (_facts: object, _text: string) => {},
  error: (_facts: object, _text: string) => {},
}

export class Room {
  readonly id: string = randomUUID()
}
export const rooms = new Map<string, Room>()

/** Of a browser. */
export const url = 'ws://localhost:8000'
export const show = (_data: unknown): void => {}

/** Of a Socket.IO that is bundled. */
export const io = { engine: { generateId: (): string => randomUUID() } }
export const typeDefs = ''
export const resolvers = {}
/** What each worker does. */
export const start = (): void => {}
export const workers = 4

export interface PolkaApp {
  handler: typeof listener
}
