import { formatAddress } from '../format-address.ts'
import { lostLog } from '../lost-log.ts'
import { usedMemory } from '../memory.ts'
import type { Entry } from '../primary/entry.ts'
import type { LogFiles } from '../primary/logs/log-files.ts'
import type { PrimaryCluster } from '../primary/primary-cluster.ts'
import type { Settings } from '../settings.ts'
import { containerName } from './container.ts'
import { watchReloads } from './last-reload.ts'
import type { Happenings } from './live/happenings.ts'
import { Live } from './live/stream.ts'
import { defaultName } from './name.ts'
import { Restarts } from './restarts.ts'
import type { LastReload, ProgramStatus } from './status.ts'

/** A program as those see it who operate it. It has to be there before the first worker: it remembers. */
export class ControlledProgram {
  readonly cluster: PrimaryCluster
  readonly logFiles: LogFiles
  readonly live: Live
  readonly #settings: Settings
  readonly #entry: Entry
  readonly #name: string
  readonly #restarts: Restarts
  readonly #lastReload: () => LastReload | null
  readonly #startedAt = Date.now()
  readonly #container = containerName()

  constructor(
    cluster: PrimaryCluster,
    entry: Entry,
    settings: Settings,
    logFiles: LogFiles,
    happenings: Happenings,
  ) {
    this.cluster = cluster
    this.logFiles = logFiles
    this.#settings = settings
    this.#entry = entry
    this.#name = settings.name ?? defaultName(entry.file, entry.cwd)
    this.#restarts = new Restarts(cluster)
    this.#lastReload = watchReloads(cluster)
    this.live = new Live({ cluster, status: () => this.status, happenings })
  }

  get status(): ProgramStatus {
    const { state, generation, size, slots, bounds, balance, workers } = this.cluster
    const address = this.cluster.address()
    return {
      name: this.#name,
      pid: process.pid,
      state,
      entry: this.#entry.file,
      cwd: this.#entry.cwd,
      container: this.#container,
      version: process.version,
      startedAt: this.#startedAt,
      address: address === null ? null : formatAddress(address),
      balance,
      generation,
      slots: size,
      listen: this.#settings.listen,
      bounds,
      bySlot: slots,
      lastReload: this.#lastReload(),
      restarts: this.#restarts.count,
      drainTimeout: this.#settings.drainTimeout,
      shutdownDelay: this.#settings.shutdownDelay,
      primary: { rss: usedMemory().rss, lostLog: lostLog() },
      workers,
    }
  }
}
