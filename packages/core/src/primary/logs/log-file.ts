import { constants, existsSync, fchmodSync, renameSync, rmSync, statSync } from 'node:fs'
import { OpenedFile } from './opened-file.ts'

/** A file by its name, and what was opened under that name, the last one last. */
export class LogFile {
  readonly file: string
  readonly descriptors: readonly (1 | 2)[]
  readonly #opened: OpenedFile[]

  /** @throws Node's own error. */
  constructor(file: string, descriptors: readonly (1 | 2)[]) {
    this.file = file
    this.descriptors = descriptors
    this.#opened = [new OpenedFile(file)]
    this.current.holders.add(process.pid)
  }

  get current(): OpenedFile {
    return this.#opened.at(-1)!
  }

  /** Somebody has put another file in its place, or has only taken it away. */
  get isMoved(): boolean {
    const there = statSync(this.file, { throwIfNoEntry: false })
    const { ino, dev } = this.current.stat
    return there?.ino !== ino || there.dev !== dev
  }

  /**
   * Gives it the name with `.1` at its end, and those that have numbers the
   * next ones, and begins a new file.
   * @returns the one before.
   * @throws Node's own error; then nothing has changed.
   */
  rotate(maxFiles: number): OpenedFile {
    const { mode } = this.current.stat
    const next = `${this.file}.next`
    rmSync(next, { force: true })
    const opened = this.#open(next, mode)
    try {
      for (let number = maxFiles + 1; existsSync(`${this.file}.${number}`); number++)
        rmSync(`${this.file}.${number}`)
      for (let number = maxFiles - 1; number > 0; number--)
        if (existsSync(`${this.file}.${number}`))
          renameSync(`${this.file}.${number}`, `${this.file}.${number + 1}`)
      renameSync(this.file, `${this.file}.1`)
      renameSync(next, this.file)
    } catch (error) {
      opened.close()
      rmSync(next, { force: true })
      throw error
    }
    return this.#follow(opened)
  }

  /** Takes what is there by its name now. @returns the one before. @throws Node's own error. */
  reopen(): OpenedFile {
    return this.#follow(this.#open(this.file, this.current.stat.mode))
  }

  #open(file: string, mode: number): OpenedFile {
    const isNew = !existsSync(file)
    const opened = new OpenedFile(file, constants.O_CREAT, mode & 0o777)
    if (isNew) fchmodSync(opened.fd, mode & 0o777)
    return opened
  }

  #follow(opened: OpenedFile): OpenedFile {
    const before = this.current
    this.#opened.push(opened)
    return before
  }

  /** Fetches what was written to those before. */
  carry(all: boolean): void {
    for (const old of this.#opened.slice(0, -1)) {
      old.carry(this.current.fd, all || old.isOver)
      if (!old.isOver) continue
      old.close()
      this.#opened.splice(this.#opened.indexOf(old), 1)
    }
  }

  forked(pid: number): void {
    this.current.holders.add(pid)
  }

  exited(pid: number): void {
    for (const { holders } of this.#opened) holders.delete(pid)
  }
}
