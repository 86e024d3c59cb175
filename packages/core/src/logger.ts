/** Where log lines go. `console` and pino loggers fit as they are. */
export interface Logger {
  info(message: string): void
  warn(message: string): void
  error(message: string): void
}

/** One line per event on stderr, so that stdout stays the app's own. */
const stderrLogger: Logger = {
  info: (message) => print(`[clustered] ${message}`),
  warn: (message) => print(`[clustered] warning: ${message}`),
  error: (message) => print(`[clustered] error: ${message}`),
}

/** `log-streams.ts` sees to streams that fail; but an app may have replaced `console.error` by one that throws. */
function print(line: string): void {
  try {
    console.error(line)
  } catch {
    // The line is lost.
  }
}

const silentLogger: Logger = { info() {}, warn() {}, error() {} }

export function resolveLogger(logger: Logger | false | undefined): Logger {
  return logger === false ? silentLogger : (logger ?? stderrLogger)
}

export function isLogger(value: unknown): value is Logger {
  const logger = value as Logger
  return (
    typeof logger === 'object' &&
    logger !== null &&
    (['info', 'warn', 'error'] as const).every((level) => typeof logger[level] === 'function')
  )
}
