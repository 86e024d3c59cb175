import type { WorkerInfo } from '../../cluster.ts'
import type { WorkerExit } from '../../events.ts'
import { describe } from '../../primary/fleet/reload.ts'
import type { PrimaryCluster } from '../../primary/primary-cluster.ts'
import { stackText, stalled } from '../../primary/stall-words.ts'
import { hideQuery } from '../../protocol/inside.ts'
import type { LastWords } from '../../protocol/messages.ts'
import type { StallReport } from '../../protocol/watchdog.ts'
import { shortened } from '../../shortened.ts'
import type { Fault } from './live.ts'

/** In characters; a worker's own words are shorter, and whatever else writes in its name may not take more. */
const longest = { what: 2000, request: 1000, stack: 65_536 }

/** In what workers hung, lagged and crashed: the last of each kind. */
export class Faults {
  readonly #last = new Map<Fault['kind'], Fault>()
  readonly #cluster: PrimaryCluster
  /** Is told of each. */
  onFault: (fault: Fault) => void = () => {}

  constructor(cluster: PrimaryCluster) {
    this.#cluster = cluster
    cluster.on('worker:lag', (worker, stall) => this.#note('lag', worker, ofStall(stall)))
    cluster.on('worker:hung', (worker, stall) => this.#note('hung', worker, ofStall(stall)))
    cluster.on('worker:crash', (worker, error) => this.#note('crash', worker, ofError(error)))
    cluster.on('worker:exit', (worker, exit) => this.#onExit(worker, exit))
  }

  get last(): Fault[] {
    return [...this.#last.values()]
  }

  #onExit(worker: WorkerInfo, exit: WorkerExit): void {
    const { asTold, finished, code, lastWords, reason } = exit
    if (asTold || (finished && code === 0)) return
    // What was said of it while it lived is worth more than how it then left.
    const isKnown = (kind: Fault['kind']): boolean =>
      worker.pid > 0 && this.#last.get(kind)?.pid === worker.pid
    if (isKnown('hung') || isKnown('crash')) return
    const said = this.#cluster.slots[worker.slot]?.lastFailure
    this.#note(reason.startsWith('killed: hung') ? 'hung' : 'crash', worker, {
      request: lastWords?.request,
      what: describe(exit),
      stack: lastWords?.stack ?? (said?.pid === worker.pid ? said.lastWords : undefined) ?? '',
    })
  }

  #note(kind: Fault['kind'], { slot, pid, generation }: WorkerInfo, fault: Details): void {
    const request = fault.request === undefined ? null : shortened(hideQuery(fault.request), longest.request)
    const what = shortened(fault.what.replaceAll(/\s*\n\s*/g, ' '), longest.what)
    const stack = shortened(fault.stack, longest.stack)
    const noted: Fault = { at: Date.now(), kind, slot, pid, generation, request, what, stack }
    this.#last.set(kind, noted)
    this.onFault(noted)
  }
}

interface Details {
  request: string | undefined
  what: string
  stack: string
}

function ofStall(stall: StallReport): Details {
  return {
    request: stall.request,
    what: `has not turned its event loop for ${stalled({ ...stall, request: undefined })}`,
    stack: stackText(stall),
  }
}

function ofError({ name, message, stack, request }: LastWords): Details {
  return { request, what: `${name}: ${message}`, stack }
}
