import { statSync } from 'node:fs'

/** What a worker says of a file that the app in it writes. */
export interface OwnWrite {
  ownWrite: { file: string; state: 'begun' | 'done'; version?: string }
}

/** How many versions of a file are remembered: as many workers may write it at once. */
const mostVersions = 64

/** Which files the app has written itself, and as what. */
export class WrittenFiles {
  /** As a file was after each write. */
  readonly #versions = new Map<string, string[]>()
  /** Who writes a file now. */
  readonly #writers = new Map<string, number[]>()

  /** @param message anything that a worker has sent. */
  take(worker: number, message: unknown): void {
    const { ownWrite } = (message ?? {}) as Partial<OwnWrite>
    if (typeof ownWrite?.file !== 'string') return
    const { file, state, version = '' } = ownWrite
    const writers = this.#writers.get(file) ?? []
    if (state === 'begun') return void this.#writers.set(file, [...writers, worker])
    this.#writers.set(file, writers.toSpliced(writers.indexOf(worker), 1))
    this.#versions.set(file, [...(this.#versions.get(file) ?? []), version].slice(-mostVersions))
  }

  /** A worker is gone, in the middle of a write or not. */
  forget(worker: number): void {
    for (const [file, writers] of this.#writers)
      this.#writers.set(
        file,
        writers.filter((other) => other !== worker),
      )
  }

  /** Whether a worker has ever written it. */
  has(file: string): boolean {
    return this.#writers.has(file)
  }

  /** Whether a worker writes it now. */
  isOpen(file: string): boolean {
    return (this.#writers.get(file) ?? []).length > 0
  }

  /** Whether the file is as the app has left it: nobody else has saved it since. */
  isOwn(file: string): boolean {
    return this.#versions.get(file)?.includes(versionOf(file)) ?? false
  }
}

/** Two saves of one file differ in it. */
export function versionOf(file: string): string {
  const stats = statSync(file, { throwIfNoEntry: false })
  return stats ? `${stats.mtimeMs} ${stats.size}` : 'gone'
}
