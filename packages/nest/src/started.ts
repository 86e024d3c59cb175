import type { NestApp } from './nest-app.ts'

/** What Nest knows of an app that listens: it learns that from its own `listen` only. */
interface Started extends NestApp {
  appOptions?: { autoFlushLogs?: boolean }
  container?: { getHttpAdapterHostRef?(): { listening?: boolean } }
  flushLogs?(): void
}

/** `getUrl` answers, `HttpAdapterHost` says that the app listens, and logs that were kept back are written. */
export function tellStarted(app: Started): void {
  if (app.appOptions?.autoFlushLogs ?? true) app.flushLogs?.()
  // What NestFactory makes is a proxy that takes no assignment.
  Object.defineProperty(app, 'isListening', { configurable: true, writable: true, value: true })
  const host = app.container?.getHttpAdapterHostRef?.()
  // Early releases of Nest 10 have no such property.
  if (host && 'listening' in host) host.listening = true
}
