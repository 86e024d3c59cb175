import { ClusteredError, type ClusteredErrorCode } from '../errors.ts'
import type { ForwardedCall, ToPrimary, ToWorker } from '../protocol/messages.ts'

interface Pending {
  call: ForwardedCall
  resolve: () => void
  reject: (error: Error) => void
}

/** Methods of `Cluster` that this worker has had the primary carry out. Each settles, whatever happens. */
export class ForwardedCalls {
  readonly #tell: (message: ToPrimary) => void
  readonly #pending = new Map<number, Pending>()
  #next = 1
  #closing = false

  constructor(tell: (message: ToPrimary) => void) {
    this.#tell = tell
  }

  make(call: ForwardedCall): Promise<void> {
    if (!process.connected) return Promise.reject(noPrimary(call))
    const id = this.#next++
    return new Promise((resolve, reject) => {
      this.#pending.set(id, { call, resolve, reject })
      this.#tell({ type: 'call', id, call })
      if (this.#closing) this.settleCloses()
    })
  }

  settle({ id, error }: Extract<ToWorker, { type: 'call-reply' }>): void {
    const call = this.#pending.get(id)
    this.#pending.delete(id)
    if (error) call?.reject(new ClusteredError(error.code as ClusteredErrorCode, error.message))
    else call?.resolve()
  }

  /** This worker drains: it waits for the request whose route waits for the cluster's close. */
  settleCloses(): void {
    this.#closing = true
    for (const [id, { call, resolve }] of this.#pending) {
      if (call.method !== 'close') continue
      this.#pending.delete(id)
      resolve()
    }
  }

  /** The primary is gone, and with it every answer. */
  fail(): void {
    this.settleCloses()
    for (const { call, reject } of this.#pending.values()) reject(noPrimary(call))
    this.#pending.clear()
  }
}

function noPrimary({ method }: ForwardedCall): ClusteredError {
  return new ClusteredError(
    'ERR_CLUSTERED_NO_PRIMARY',
    `${method}: the primary is gone; this worker is draining.`,
  )
}
