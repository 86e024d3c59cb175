import { spawn } from 'node:child_process'
import type { Log } from '../log.ts'

/** What systemd understands: see sd_notify(3). */
export type Message = Readonly<Record<string, string | number | bigint>>

/** What changes the state of the unit. Anything else may be said together with what waits before it. */
const states = ['READY', 'RELOADING', 'STOPPING']

/** How long (in ms) the tool may take. It waits by itself until systemd has read the message, for 5 s at most. */
const longestRun = 10_000

/** After how many ms it is tried again, where no process was to be had. */
const retryDelay = 1000

/**
 * Tells systemd, by its own tool, as Node has no datagrams over unix sockets: one process for each message, one after the
 * other, in the order in which they were said. Nobody waits for it, and if it fails, a line of the log says so.
 */
export class Messenger {
  readonly #socket: string
  readonly #log: Log
  #waiting: Message[] = []
  #running = 0
  #isGivenUp = false
  #isWarned = false

  constructor(socket: string, log: Log) {
    this.#socket = socket
    this.#log = log
  }

  tell(message: Message): void {
    if ('STOPPING' in message) {
      // This process may end before the message before it has been read, and what still waits is out of date.
      this.#waiting = []
      return this.#run(message)
    }
    const last = this.#waiting.length - 1
    if (last < 0 || states.some((name) => name in message)) this.#waiting.push(message)
    else this.#waiting[last] = { ...this.#waiting[last], ...message }
    this.#next()
  }

  #next(): void {
    const message = this.#running === 0 ? this.#waiting.shift() : undefined
    if (message) this.#run(message)
  }

  #run(message: Message): void {
    if (this.#isGivenUp) return
    this.#running++
    const words = Object.entries(message).map(([name, value]) => `${name}=${value}`)
    // A unit may have a PATH of its own.
    const env = { NOTIFY_SOCKET: this.#socket, PATH: `${process.env['PATH'] ?? ''}:/usr/bin:/bin` }
    const refused = (error: NodeJS.ErrnoException): void => this.#onRefusal(message, error)
    try {
      spawn('systemd-notify', words, { env, stdio: 'ignore', timeout: longestRun })
        .once('error', refused)
        .once('exit', (code) => {
          if (code !== 0) this.#warn(`systemd was not told: systemd-notify ended with exit code ${code}`)
          this.#onEnd()
        })
        .unref()
    } catch (error) {
      refused(error as Error)
    }
  }

  #onEnd(): void {
    this.#running--
    this.#next()
  }

  /** There is no such tool here, or no process is to be had. */
  #onRefusal(message: Message, error: NodeJS.ErrnoException): void {
    this.#isGivenUp = error.code === 'ENOENT' || error.code === 'EACCES'
    this.#warn(
      this.#isGivenUp
        ? 'systemd, or whoever has set NOTIFY_SOCKET, is told nothing: there is no systemd-notify in this PATH that could be run'
        : `systemd was not told, and will be: systemd-notify could not be started (${error.message})`,
    )
    if (this.#isGivenUp) return
    this.#waiting.unshift(message)
    setTimeout(() => this.#onEnd(), retryDelay).unref()
  }

  /** Once: what fails is likely to fail again. */
  #warn(line: string): void {
    if (!this.#isWarned) this.#log.warn('systemd', line)
    this.#isWarned = true
  }
}
