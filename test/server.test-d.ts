// Nothing here runs: that it compiles is the test.
import http from 'node:http'
import http2 from 'node:http2'
import https from 'node:https'
import { type ClusteredOptions, clustered as core, type HttpServerOptions, supervise } from '@clustered/core'
import { clustered as express } from '@clustered/express'
import { clustered as koa } from '@clustered/koa'
import express5 from 'express'
import express4 from 'express4'
import Koa3 from 'koa'
import { WebSocketServer } from 'ws'

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false

/** Compiles when the hook is given a `Server` and nothing else. */
declare function given<Server>(): <S>(server: Same<S, Server> extends true ? S : never) => void

export function onServerIsGivenTheServerOfTheTarget(): void {
  core((_request, response) => void response.end(), { onServer: given<http.Server>() })
  core(() => http.createServer(), { onServer: (server) => given<http.Server>()(server) })
  core(https.createServer(), { onServer: (server) => given<https.Server>()(server) })
  core(async () => http2.createServer(), { onServer: (server) => given<http2.Http2Server>()(server) })
  core(async () => express5(), { onServer: (server) => given<http.Server>()(server) })
  express(express5(), { onServer: (server) => given<http.Server>()(server) })
  express(express4(), { onServer: (server) => given<http.Server>()(server) })
  express(() => express5(), { onServer: (server) => given<http.Server>()(server) })
  express(http2.createSecureServer(), { onServer: (server) => given<http2.Http2SecureServer>()(server) })
  koa(new Koa3(), { onServer: (server) => given<http.Server>()(server) })
  koa(async () => https.createServer(), { onServer: (server) => given<https.Server>()(server) })
  express(express5(), { onServer: (server) => void new WebSocketServer({ server }) })
  express(express5(), { onServer: async (server) => void (server.keepAliveTimeout = 65_000) })
  // @ts-expect-error: a function
  express(express5(), { onServer: http.createServer() })

  const options: ClusteredOptions = { onServer: (server) => server.setTimeout(1000) }
  core(http.createServer(), options)
  core(https.createServer(), options)
  express(express5(), options)
}

export function serverTakesWhatNodeTakes(): void {
  const nodes: http.ServerOptions = {
    keepAliveTimeout: 65_000,
    maxHeaderSize: 32_768,
    uniqueHeaders: ['set-cookie'],
  }
  express(express5(), { server: nodes })
  const more: HttpServerOptions = { ...nodes, timeout: 0, maxConnections: 1000, keepAliveTimeoutBuffer: 5000 }
  koa(new Koa3(), { server: more })
  // @ts-expect-error: it is spelt keepAliveTimeout
  express(express5(), { server: { keepAliveTimeOut: 65_000 } })
  // @ts-expect-error: a number
  express(express5(), { server: { requestTimeout: '30s' } })
  // @ts-expect-error: the program has its own server
  supervise('app.js', { server: nodes })
  // @ts-expect-error: the program has its own server
  supervise('app.js', { onServer: () => {} })
}

export async function theClusterClosesAsAServerDoes(): Promise<void> {
  const { signal } = new AbortController()
  await using cluster = core(http.createServer()).listen({ port: 8000, signal })
  await cluster.close({ signal })
  await cluster.close({})
  await cluster.close((error) => void error?.message)
  const listening: boolean = cluster.listening
  cluster.on('listening', () => void listening).on('error', (error) => void error.message)
  // @ts-expect-error: each worker has a server
  cluster.keepAliveTimeout = 65_000
  // @ts-expect-error: a signal
  await cluster.close({ signal: 1000 })
}
