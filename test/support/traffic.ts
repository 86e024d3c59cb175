import { type Client, nodeClients, rawClient, undiciClients, type Where } from './load.ts'

const get = (path: string) => `GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`

/** Every kind of client that a reload must not disturb, each with what it does. */
export const traffic: Record<string, (where: Where) => Client[]> = {
  'keep-alive GET, node:http': (where) => nodeClients(6, where, { path: '/later?ms=2', expect: 'later' }),
  'keep-alive GET, undici': (where) => undiciClients(6, where, { path: '/later?ms=2', expect: 'later' }),
  'keep-alive POST of 16 KB, node:http': (where) =>
    nodeClients(4, where, { method: 'POST', path: '/length', body: Buffer.alloc(16384), expect: '16384' }),
  'keep-alive POST of 16 KB, undici': (where) =>
    undiciClients(4, where, { method: 'POST', path: '/length', body: Buffer.alloc(16384), expect: '16384' }),
  'fresh connections': (where) => nodeClients(4, where, { expect: 'hello' }, false),
  'slow requests': (where) => nodeClients(3, where, { path: '/later?ms=1500', expect: 'later' }),
  'slow readers of a large answer': (where) => [
    // On a connection of its own: while the client still reads what the kernel
    // holds, the server's keep-alive timeout is running.
    rawClient(where, { pieces: [get('/big')], readPause: 15, perConnection: 1 }),
    rawClient(where, { pieces: [get('/big')], readPause: 5, perConnection: 1 }),
  ],
  'half-sent heads': (where) => [
    rawClient(where, { pieces: ['GET / HTTP/1.1\r\nHo', 'st: localhost\r\n\r\n'], pause: 400 }),
    rawClient(where, { pieces: ['G', 'ET / HTTP/1.1\r\nHost: localhost\r\n\r\n'], pause: 50 }),
  ],
  'half-sent bodies': (where) => [
    rawClient(where, {
      pieces: ['POST /length HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nhalf', 'second'],
      pause: 300,
    }),
  ],
  'pipelined requests': (where) => [
    rawClient(where, { pieces: [get('/').repeat(8)], answers: 8 }),
    rawClient(where, { pieces: [get('/later?ms=5').repeat(4)], answers: 4 }),
    rawClient(where, { pieces: [get('/later?ms=20') + get('/') + get('/later?ms=1')], answers: 3 }),
  ],
}
