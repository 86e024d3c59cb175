import type { IncomingMessage, ServerResponse } from 'node:http'
import type { ClusterEvents } from '../../events.ts'
import { usedMemory } from '../../memory.ts'
import type { PrimaryCluster } from '../../primary/primary-cluster.ts'
import { BadRequest } from '../bad-request.ts'
import { UsedCpu } from '../../telemetry/used-cpu.ts'
import type { ProgramStatus } from '../status.ts'
import { Answers } from './answers.ts'
import { Faults } from './faults.ts'
import type { Happenings } from './happenings.ts'
import { History } from './history.ts'
import type { LiveEvents } from './live.ts'
import { Reader } from './reader.ts'

/** How many may read at a time; the last places are for those who may change something. */
export const mostReaders = 32
const mostWithoutRights = 24

/** In ms: what changes in between is told together. */
const statusGap = 100

/** A status of many workers takes longer to write: that may take a twentieth of the primary's time at most. */
const restPerWork = 20

const msPerSecond = 1000

/** With these, `status` is another one. */
const changes: (keyof ClusterEvents)[] = [
  'worker:boot',
  'worker:ready',
  'worker:lead',
  'worker:drain',
  'worker:crash',
  'worker:exit',
  'slot:backoff',
  'reload:start',
  'reload:done',
  'reload:failed',
  'state',
  'scale',
  'listening',
  'close',
]

export interface LiveParts {
  cluster: PrimaryCluster
  status: () => ProgramStatus
  happenings: Happenings
}

/** What `GET /v1/live` tells. Without readers, all it does is one sample a second. */
export class Live {
  readonly #parts: LiveParts
  /** What workers say of their requests. */
  readonly #answers = new Answers()
  readonly #history = new History()
  readonly #faults: Faults
  readonly #readers = new Map<ServerResponse, Reader>()
  #statusTimer: NodeJS.Timeout | undefined
  /** When a status may be told again, by `performance.now()`. */
  #statusFrom = 0
  readonly #clock = setInterval(() => this.#onSecond(), msPerSecond).unref()
  #isOver = false
  readonly #cpu = new UsedCpu()

  constructor(parts: LiveParts) {
    const { cluster, happenings } = parts
    this.#parts = parts
    cluster.telemetry.follow(this.#answers)
    this.#faults = new Faults(cluster)
    this.#faults.onFault = (fault) => this.#tell('fault', fault)
    happenings.onHappening = (happening) => this.#tell('happened', happening)
    for (const event of changes) cluster.on(event, () => this.#onChange())
    void cluster.gone.then(() => this.#end())
  }

  /**
   * Tells all that there is, and then what comes, until the reader or the cluster goes.
   * @throws {BadRequest} where there are too many already.
   */
  open(request: IncomingMessage, response: ServerResponse, mayChange: boolean): void {
    if (this.#readers.size >= (mayChange ? mostReaders : mostWithoutRights))
      throw new BadRequest(503, `${this.#readers.size} read the live stream, and no more can. Close a page`)
    response.writeHead(200, {
      'Content-Type': 'text/event-stream',
      'Cache-Control': 'no-store',
      // Of nginx, which would keep it back.
      'X-Accel-Buffering': 'no',
    })
    if (request.method === 'HEAD') return void response.end()
    this.#readers.set(response, new Reader(response, () => this.#beginning(mayChange)))
    response.once('close', () => this.#readers.delete(response))
    if (this.#isOver) this.#end()
  }

  #beginning(mayChange: boolean): string {
    return toText('program', {
      status: this.#parts.status(),
      samples: [...this.#history.samples],
      happened: [...this.#parts.happenings.last],
      faults: this.#faults.last,
      mayChange,
    })
  }

  #onSecond(): void {
    const { cluster } = this.#parts
    const sample = this.#history.add({
      at: Date.now(),
      workers: cluster.fleet.handles.filter(({ state }) => state !== 'booting'),
      answers: this.#answers.lately(performance.now()),
      primary: { cpu: this.#cpu.take(), rss: usedMemory().rss },
      ready: cluster.slots.filter(({ state }) => state === 'ready').length,
    })
    this.#tell('sample', sample)
    this.#onChange()
  }

  #onChange(): void {
    if (this.#readers.size === 0) return
    this.#statusTimer ??= setTimeout(
      () => this.#tellStatus(),
      Math.max(0, this.#statusFrom - performance.now()),
    ).unref()
  }

  #tellStatus(): void {
    clearTimeout(this.#statusTimer)
    this.#statusTimer = undefined
    const began = performance.now()
    this.#tell('status', this.#parts.status())
    const took = performance.now() - began
    this.#statusFrom = began + Math.max(statusGap, took * restPerWork)
  }

  #tell<Name extends keyof LiveEvents>(event: Name, data: LiveEvents[Name]): void {
    if (this.#readers.size === 0) return
    const text = toText(event, data)
    for (const reader of this.#readers.values()) reader.tell(text)
  }

  /** The last worker is gone. */
  #end(): void {
    this.#isOver = true
    clearInterval(this.#clock)
    this.#tellStatus()
    for (const reader of this.#readers.values()) reader.end()
    this.#readers.clear()
  }
}

function toText<Name extends keyof LiveEvents>(event: Name, data: LiveEvents[Name]): string {
  return `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`
}
