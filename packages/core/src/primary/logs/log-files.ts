import { fstatSync, readlinkSync, statSync } from 'node:fs'
import { ClusteredError } from '../../errors.ts'
import { coverLastStat } from '../../node-internals/last-stat.ts'
import type { Log } from '../../log.ts'
import { current, redirect } from '../../log-redirect.ts'
import type { ToWorker } from '../../protocol/messages.ts'
import type { ProcessEvents } from '../process/system.ts'
import type { LogFileOptions } from './options.ts'
import { LogFile } from './log-file.ts'
import { LogTimes } from './log-times.ts'
import type { OpenedFile } from './opened-file.ts'

/** In ms: where one was full, and otherwise. */
const lookEvery = { busy: 200, quiet: 1000 }

/** In ms. What was begun before a process went over is written by then. */
const settleTime = 100

/** How long (in ms) workers have to go over to a new file, before what they still write to the old one is fetched. */
const patience = 2000

/** How long (in ms) after a rotation that failed the next is tried. */
const pause = 60_000

/** The log files of the whole program: its primary, its workers, and the children of these. */
export class LogFiles {
  readonly #options: LogFileOptions | undefined
  readonly #log: Log
  readonly #files: LogFile[]
  readonly #times: LogTimes[]
  readonly #workers = new Map<number, (message: ToWorker) => void>()
  /** Who has yet to go over, by the number of the turn. */
  readonly #turns = new Map<number, { waiting: Set<number>; over: () => void }>()
  #turn = 0
  #timer: NodeJS.Timeout | undefined
  #pausedUntil = 0

  constructor(options: LogFileOptions | undefined, log: Log) {
    this.#options = options
    this.#log = log
    this.#files = filesOf(options)
    this.#times = options ? this.#files.map((file) => new LogTimes(file)) : []
    if (options) this.#start()
  }

  /** To be passed on to what is forked: the files that are in use now. */
  get descriptors(): [out: number, err: number] {
    return [current(1), current(2)]
  }

  /** A worker was forked. @returns its events, without those that are meant for this. */
  watched(pid: number, send: (message: ToWorker) => void, events: ProcessEvents): ProcessEvents {
    this.#workers.set(pid, send)
    for (const file of this.#files) file.forked(pid)
    return {
      ...events,
      message: (message, handle) => {
        if (message.type === 'reopened') this.#cross(pid, message.turn)
        else events.message(message, handle)
      },
      exit: (code, signal, error) => {
        this.#workers.delete(pid)
        for (const turn of this.#turns.keys()) this.#cross(pid, turn)
        this.#carry(false)
        for (const file of this.#files) file.exited(pid)
        events.exit(code, signal, error)
      },
    }
  }

  /**
   * Goes over to what is there now by the names of the files, as somebody has
   * moved them. Fulfilled when nobody writes to the old ones any more.
   * @throws {ClusteredError} ERR_CLUSTERED_NO_LOG_FILE
   */
  async reopen(): Promise<void> {
    if (this.#files.length === 0)
      throw new ClusteredError(
        'ERR_CLUSTERED_NO_LOG_FILE',
        'neither stdout nor stderr of this program is a file that has a name. Expected: a daemon, or a program that was started with >> app.log.',
      )
    this.#start()
    await Promise.all(
      this.#files.filter(({ isMoved }) => isMoved).map((file) => this.#switch(file, file.reopen())),
    )
  }

  #start(): void {
    if (this.#timer || this.#files.length === 0) return
    this.#look()
    this.#lookAfter(lookEvery.quiet)
    process.once('exit', () => this.#carry(true))
  }

  #lookAfter(delay: number): void {
    this.#timer = setTimeout(() => {
      const isBusy = this.#look()
      this.#lookAfter(isBusy ? lookEvery.busy : lookEvery.quiet)
    }, delay).unref()
  }

  /** @returns whether a file is being rotated. */
  #look(): boolean {
    this.#carry(false)
    try {
      this.#rotate()
      for (const times of this.#times) times.note()
    } catch (error) {
      this.#pausedUntil = Date.now() + pause
      this.#log.warn(
        'log',
        `the log files are not rotated: ${(error as Error).message}. It is tried again in a minute`,
      )
    }
    return this.#turns.size > 0
  }

  #rotate(): void {
    const { maxSize = Infinity, maxFiles = 0 } = this.#options ?? {}
    if (Date.now() < this.#pausedUntil || this.#turns.size > 0) return
    for (const file of this.#files)
      if (file.current.stat.size >= maxSize && !file.isMoved) void this.#switch(file, file.rotate(maxFiles))
  }

  /** A full disk, say: what is not fetched now is there later. */
  #carry(all: boolean): void {
    for (const file of this.#files)
      try {
        file.carry(all)
      } catch {
        // As above.
      }
  }

  #switch({ file, descriptors, current: { fd } }: LogFile, before: OpenedFile): Promise<void> {
    for (const descriptor of descriptors) redirect(descriptor, fd)
    const turn = ++this.#turn
    const targets = descriptors.map((descriptor) => ({ fd: descriptor, file }))
    return new Promise((resolve) => {
      const waiting = new Set(this.#workers.keys())
      let isOver = false
      const over = (): void => {
        if (isOver) return
        isOver = true
        clearTimeout(timer)
        setTimeout(() => {
          this.#turns.delete(turn)
          before.leave()
          resolve()
        }, settleTime)
      }
      const timer = setTimeout(over, patience)
      this.#turns.set(turn, { waiting, over })
      for (const send of this.#workers.values()) send({ type: 'reopen', turn, targets })
      if (waiting.size === 0) over()
    })
  }

  #cross(pid: number, number: number): void {
    const turn = this.#turns.get(number)
    if (turn?.waiting.delete(pid) && turn.waiting.size === 0) turn.over()
  }
}

/** Where both are one file, it is one. */
function filesOf(options: LogFileOptions | undefined): LogFile[] {
  const [out, err] = [nameOf(1, options?.out), nameOf(2, options?.err)]
  const names =
    out === err
      ? [[out, [1, 2]] as const]
      : ([
          [out, [1]],
          [err, [2]],
        ] as const)
  return names.flatMap(([name, descriptors]) => {
    try {
      return name === undefined ? [] : new LogFile(name, descriptors)
    } catch {
      // It may be written to, and not be read.
      return []
    }
  })
}

/** @returns undefined for what is no file, or has no name any more. */
function nameOf(fd: 1 | 2, given: string | undefined): string | undefined {
  try {
    const own = fstatSync(fd)
    coverLastStat()
    if (!own.isFile()) return undefined
    // A link's own name would be what is rotated.
    const name = process.platform === 'linux' ? readlinkSync(`/proc/self/fd/${fd}`) : given
    if (name === undefined) return undefined
    const named = statSync(name)
    return named.ino === own.ino && named.dev === own.dev ? name : undefined
  } catch {
    return undefined
  }
}
