import type { Cluster, WorkerInfo } from '../../cluster.ts'
import type { WorkerExit } from '../../events.ts'
import { stackText } from '../../primary/stall-words.ts'
import type { Span, SpanAttributes, Tracer } from './registered.ts'
import { contextOf } from './span-context.ts'

/** As in the API's `SpanStatusCode`. */
const error = 2

/** What happens to a worker and takes a while. A hang and a crash last until it is gone. */
type Kind = 'boot' | 'drain' | 'hang' | 'crash'

/**
 * Tells the program's tracer what happens to workers: a span for each reload, in
 * it one for each boot and each drain that it takes, and a span of its own for
 * what happens without a reload.
 */
export class Traces {
  readonly #tracer: Tracer
  /** By kind and pid. */
  readonly #open = new Map<string, Span>()
  #reload: { span: Span; generation: number } | undefined

  constructor(tracer: Tracer) {
    this.#tracer = tracer
  }

  follow(cluster: Cluster): void {
    cluster.on('reload:start', (generation) => {
      this.#endReload('another one has begun')
      this.#reload = { span: this.#start('reload', { 'clustered.generation': generation }), generation }
    })
    cluster.on('reload:done', () => this.#endReload())
    cluster.on('reload:failed', (_, { message }) => this.#endReload(message))
    cluster.on('close', (reason) => this.#endReload(`the cluster closes: ${reason}`))
    cluster.on('worker:boot', (worker) => {
      const { generation } = worker
      this.#begin(
        'boot',
        worker,
        {},
        { of: this.#reload?.generation === generation ? this.#reload.span : undefined },
      )
    })
    cluster.on('worker:ready', (worker) => this.#take('boot', worker)?.end())
    cluster.on('worker:drain', (worker, reason) => {
      const isOld = this.#reload !== undefined && worker.generation < this.#reload.generation
      this.#begin(
        'drain',
        worker,
        { 'clustered.drain.reason': reason },
        { of: isOld ? this.#reload?.span : undefined },
      )
    })
    cluster.on('worker:hung', (worker, stall) => {
      const { stalledFor, request, stack } = stall
      const attributes = {
        ...(request !== undefined && { 'clustered.request': request }),
        ...(stack.length > 0 && { 'code.stacktrace': stackText(stall) }),
      }
      const span = this.#begin('hang', worker, attributes, { startTime: Date.now() - stalledFor })
      span.setStatus({ code: error, message: `its event loop has not turned for ${stalledFor} ms` })
    })
    cluster.on('worker:crash', (worker, words) => {
      const span = this.#begin('crash', worker)
      span.recordException(words)
      span.setStatus({ code: error, message: `${words.name}: ${words.message}` })
    })
    cluster.on('worker:exit', (worker, exit) => this.#onExit(worker, exit))
  }

  #onExit(worker: WorkerInfo, exit: WorkerExit): void {
    const { reason, lastWords, asTold, finished } = exit
    const faults = [this.#take('hang', worker), this.#take('crash', worker)].filter(
      (span) => span !== undefined,
    )
    const others = [this.#take('boot', worker), this.#take('drain', worker)].filter(
      (span) => span !== undefined,
    )
    // What has gone wrong is said where it has: of a hang and a crash it is known already.
    if (!asTold && !finished && faults.length === 0) {
      // One that neither boots nor drains is gone in a moment.
      if (others.length === 0) others.push(this.#start('crash', of(worker)))
      for (const span of others) {
        if (lastWords) span.recordException(lastWords)
        span.setStatus({ code: error, message: reason })
      }
    }
    for (const span of [...faults, ...others]) {
      span.setAttribute('clustered.exit.reason', reason)
      span.end()
    }
  }

  #endReload(failure?: string): void {
    const span = this.#reload?.span
    this.#reload = undefined
    if (failure !== undefined) span?.setStatus({ code: error, message: failure })
    span?.end()
  }

  #begin(kind: Kind, worker: WorkerInfo, attributes: SpanAttributes = {}, how: How = {}): Span {
    this.#take(kind, worker)?.end()
    const span = this.#start(kind, { ...of(worker), ...attributes }, how)
    this.#open.set(`${kind} ${worker.pid}`, span)
    return span
  }

  #take(kind: Kind, { pid }: WorkerInfo): Span | undefined {
    const key = `${kind} ${pid}`
    const span = this.#open.get(key)
    this.#open.delete(key)
    return span
  }

  #start(name: string, attributes: SpanAttributes, { of: parent, startTime }: How = {}): Span {
    const options = { attributes, root: parent === undefined, ...(startTime !== undefined && { startTime }) }
    return this.#tracer.startSpan(`clustered ${name}`, options, contextOf(parent))
  }
}

interface How {
  /** The span that it is a part of. */
  of?: Span | undefined
  /** Milliseconds since the epoch. */
  startTime?: number
}

function of({ slot, generation, pid }: WorkerInfo): SpanAttributes {
  return { 'clustered.slot': slot, 'clustered.generation': generation, 'clustered.worker.pid': pid }
}
