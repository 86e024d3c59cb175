/** Where log lines go. `console` and pino loggers fit as they are. */
export interface Logger {
  info(message: string): void
  warn(message: string): void
  error(message: string): void
}

/**
 * One line per event on stderr, so that stdout stays the app's own.
 * `console.error` rather than `process.stderr.write`: a closed terminal or pipe
 * must not take the primary down.
 */
const stderrLogger: Logger = {
  info: (message) => console.error(`[clustered] ${message}`),
  warn: (message) => console.error(`[clustered] warning: ${message}`),
  error: (message) => console.error(`[clustered] error: ${message}`),
}

const silentLogger: Logger = { info() {}, warn() {}, error() {} }

export function resolveLogger(logger: Logger | false | undefined): Logger {
  return logger === false ? silentLogger : (logger ?? stderrLogger)
}
