import { closeSync, existsSync, linkSync, openSync, renameSync, rmSync, statSync } from 'node:fs'
import type { FileNames } from '../../protocol/inside.ts'

/** What file systems say that have no links. */
const withoutLinks = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK'])

/**
 * A file that comes into being whole or not at all, for its owner alone. It
 * takes the place of none.
 */
export class NewFile {
  readonly name: string
  /** Where it is written. */
  readonly part: string

  /** @throws what the system says, EEXIST if it is there. */
  constructor({ file, part }: FileNames) {
    this.name = file
    this.part = part
    if (existsSync(file)) throw exists(file)
    // Nobody else can have put a link there.
    closeSync(openSync(part, 'wx', 0o600))
  }

  /**
   * It is complete.
   * @returns its size in bytes.
   * @throws what the system says, EEXIST if somebody has made it meanwhile.
   */
  finish(): number {
    const { size } = statSync(this.part)
    try {
      linkSync(this.part, this.name)
    } catch (error) {
      if (!withoutLinks.has((error as NodeJS.ErrnoException).code!)) throw error
      if (existsSync(this.name)) throw exists(this.name)
      renameSync(this.part, this.name)
    } finally {
      this.drop()
    }
    return size
  }

  drop(): void {
    try {
      rmSync(this.part, { force: true })
    } catch {
      // Its folder has gone.
    }
  }
}

function exists(name: string): Error {
  return Object.assign(new Error(`EEXIST: file already exists, open '${name}'`), { code: 'EEXIST' })
}
