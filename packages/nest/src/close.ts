import type { NestApp } from './nest-app.ts'

interface OwnSignals {
  unsubscribeFromProcessSignals?(): void
}

/**
 * From now on the app closes once, whoever asks: Nest runs the hooks again at
 * each call, and an app may have a listener of SIGTERM that closes it.
 */
export function closeOnce(app: NestApp): void {
  const run = Reflect.get(Object.getPrototypeOf(app) as NestApp, 'close')
  let closing: Promise<void> | undefined
  // What NestFactory makes is a proxy that takes no assignment.
  Object.defineProperty(app, 'close', {
    configurable: true,
    value(this: NestApp, signal?: string) {
      return (closing ??= Reflect.apply(run, this, [signal]))
    },
  })
}

/** Runs the shutdown hooks of the app in Nest's order, and takes those of `enableShutdownHooks` away. */
export async function close(app: NestApp & OwnSignals, signal: string | undefined): Promise<void> {
  try {
    await app.close(signal)
  } finally {
    // Nest leaves them where its close has failed, and they would run every hook again.
    app.unsubscribeFromProcessSignals?.()
  }
}
