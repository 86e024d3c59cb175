/** What a line of the log is about. The first are called as the events of a `Cluster` are: see docs/operate/logs.md. */
export type LogEvent =
  | 'worker:ready'
  | 'worker:drain'
  | 'worker:lag'
  | 'worker:hung'
  | 'worker:crash'
  | 'worker:problem'
  | 'worker:exit'
  | 'lead'
  | 'hint'
  | 'slot:backoff'
  | 'reload:start'
  | 'reload:done'
  | 'reload:failed'
  | 'scale'
  | 'listening'
  | 'error'
  | 'close'
  | 'signal'
  | 'boot:silent'
  | 'scale:refused'
  | 'program:failed'
  | 'program:forks'
  | 'program:options'
  | 'place:taken'
  | 'place:failed'
  | 'place:differs'
  | 'place:unawaited'
  | 'node:refuses'
  | 'rights'
  | 'compile-cache'
  | 'control'
  | 'opentelemetry'
  | 'metrics'
  | 'admin'
  | 'log'
  | 'systemd'
  | 'watch'
  | 'daemon'
  | 'config'

export type LogLevel = 'info' | 'warn' | 'error'

/** Beside the text of a line: its facts. Those of a duration end with its unit. */
export interface LogFields {
  slot?: number
  /** Of the worker that the line is about. */
  pid?: number
  generation?: number
  reason?: string
  /** Where the code stands, or stood: a line for each frame. */
  stack?: string
  [fact: string]: string | number | boolean | undefined
}

/** A line of the primary's log. */
export interface LogLine extends LogFields {
  /** ISO 8601, in UTC. */
  time: string
  level: LogLevel
  msg: string
  event: LogEvent
}

/** What the primary has to say, and to whom. */
export class Log {
  readonly write: (line: LogLine) => unknown

  constructor(write: (line: LogLine) => unknown) {
    this.write = write
  }

  info(event: LogEvent, msg: string, fields?: LogFields): void {
    this.#say('info', event, msg, fields)
  }

  warn(event: LogEvent, msg: string, fields?: LogFields): void {
    this.#say('warn', event, msg, fields)
  }

  error(event: LogEvent, msg: string, fields?: LogFields): void {
    this.#say('error', event, msg, fields)
  }

  #say(level: LogLevel, event: LogEvent, msg: string, fields?: LogFields): void {
    this.write({ time: new Date().toISOString(), level, msg, event, ...fields })
  }
}

/** For whoever takes text: the stack follows on lines of its own. */
export function toText({ msg, stack }: LogLine): string {
  return stack === undefined ? msg : `${msg}\n${stack}`
}
