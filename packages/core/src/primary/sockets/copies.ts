import type { WorkerHandle } from '../fleet/worker-handle.ts'

interface Copy {
  readonly worker: WorkerHandle
  readonly socket: number
}

/**
 * The copies of listening sockets that workers have, each from when it is sent
 * until its worker has said that it is closed, or has gone.
 */
export class Copies {
  #out: Copy[] = []
  #onChange = (): void => {}

  get all(): readonly Copy[] {
    return this.#out
  }

  add(worker: WorkerHandle, socket: number): void {
    this.#out.push({ worker, socket })
  }

  onReturned(worker: WorkerHandle, socket: number): void {
    const at = this.#out.findIndex((copy) => copy.worker === worker && copy.socket === socket)
    if (at !== -1) this.#out.splice(at, 1)
    this.#onChange()
  }

  onExit(worker: WorkerHandle): void {
    this.#out = this.#out.filter((copy) => copy.worker !== worker)
    this.#onChange()
  }

  /** Resolves when no worker has a copy of the socket any more. */
  async areReturned(socket: number): Promise<void> {
    const before = this.#onChange
    await new Promise<void>((resolve) => {
      this.#onChange = () => {
        before()
        if (this.#out.every((copy) => copy.socket !== socket)) resolve()
      }
      this.#onChange()
    })
  }
}
