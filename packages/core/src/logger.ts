import { Log, type LogLine, toText } from './log.ts'

/**
 * Where log lines go, as text. `console`, pino and winston loggers fit as they
 * are; pino and winston get the facts of a line as well.
 */
export interface Logger {
  info(message: string): void
  warn(message: string): void
  error(message: string): void
}

/** What the lines on stderr look like. */
export interface LogStyle {
  logFormat: 'pretty' | 'json'
  logTime: boolean
}

/** @param given a function gets every line as an object. */
export function resolveLogger(
  given: Logger | ((line: LogLine) => unknown) | false | undefined,
  style: LogStyle,
): Log {
  if (given === false) return new Log(() => {})
  if (given === undefined) return stderrLog(style)
  if (typeof given === 'function') return new Log(given)
  const convention = conventionOf(given)
  if (convention === 'text') return new Log((line) => given[line.level](toText(line)))
  return new Log((line) => {
    const say = Reflect.get(given, line.level) as (...args: unknown[]) => unknown
    const facts = factsOf(line)
    const two = convention === 'fields first' ? [facts, line.msg] : [line.msg, facts]
    return Reflect.apply(say, given, two)
  })
}

/** Lines on stderr, so that stdout stays the app's own. */
export function stderrLog({ logFormat = 'pretty', logTime = false }: Partial<LogStyle> = {}): Log {
  if (logFormat === 'json') return new Log((line) => print(JSON.stringify(line)))
  return new Log((line) =>
    print(`${logTime ? `${line.time} ` : ''}[clustered] ${prefixes[line.level]}${toText(line)}`),
  )
}

const prefixes = { info: '', warn: 'warning: ', error: 'error: ' }

/** `log-streams.ts` sees to streams that fail; but an app may have replaced `console.error` by one that throws. */
function print(line: string): void {
  try {
    console.error(line)
  } catch {
    // The line is lost.
  }
}

/**
 * Told by methods that each of them documents, and that others do not have
 * together. To anybody else a second argument may be one more thing to print.
 */
function conventionOf(logger: object): 'fields first' | 'fields last' | 'text' {
  const has = (...names: string[]): boolean =>
    names.every((name) => typeof Reflect.get(logger, name) === 'function')
  if (has('child', 'bindings')) return 'fields first'
  return has('child', 'configure', 'add') ? 'fields last' : 'text'
}

/** These loggers have a time and a level of their own. */
function factsOf({ time: _time, level: _level, msg: _msg, ...facts }: LogLine): object {
  return facts
}

export function isLogger(value: unknown): boolean {
  if (typeof value === 'function') return true
  return (
    typeof value === 'object' &&
    value !== null &&
    (['info', 'warn', 'error'] as const).every((level) => typeof Reflect.get(value, level) === 'function')
  )
}
