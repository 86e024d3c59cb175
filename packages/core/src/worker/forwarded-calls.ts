import { ClusteredError, type ClusteredErrorCode } from '../errors.ts'
import type { ForwardedCall, ToPrimary, ToWorker } from '../protocol/messages.ts'

interface Pending {
  call: ForwardedCall
  resolve: (result: any) => void
  reject: (error: Error) => void
}

/** Methods of `Cluster` that this worker has had the primary carry out. Each settles, whatever happens. */
export class ForwardedCalls {
  readonly #tell: (message: ToPrimary) => void
  readonly #pending = new Map<number, Pending>()
  #next = 1

  constructor(tell: (message: ToPrimary) => void) {
    this.#tell = tell
  }

  make<Result = void>(call: ForwardedCall): Promise<Result> {
    const id = this.#next++
    return new Promise((resolve, reject) => {
      this.#pending.set(id, { call, resolve, reject })
      if (process.connected) this.#tell({ type: 'call', id, call })
      else this.fail()
    })
  }

  settle({ id, error, result }: Extract<ToWorker, { type: 'call-reply' }>): void {
    const call = this.#pending.get(id)
    this.#pending.delete(id)
    if (error) call?.reject(new ClusteredError(error.code as ClusteredErrorCode, error.message))
    else call?.resolve(result)
  }

  /** The primary is gone, and with it every answer: its cluster closes, and does nothing else. */
  fail(): void {
    for (const { call, resolve, reject } of this.#pending.values())
      if (call.method === 'close') resolve(undefined)
      else reject(noPrimary(call))
    this.#pending.clear()
  }
}

function noPrimary({ method }: ForwardedCall): ClusteredError {
  return new ClusteredError(
    'ERR_CLUSTERED_NO_PRIMARY',
    `${method}: the primary is gone; this worker is draining.`,
  )
}
