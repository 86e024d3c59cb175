import inspector from 'node:inspector'
import { Worker as Thread } from 'node:worker_threads'
import { isBundled, ownFile } from '../own-files.ts'
import { Shared, type WatchdogOptions } from '../protocol/watchdog.ts'
import { diagnosticFolder, onSnapshot } from './heap-snapshots.ts'
import { mayInspect } from './may-inspect.ts'

/** How often (in ms) the main loop shows that it turns. */
const turnInterval = 100

/**
 * A thread that looks whether this process's main loop turns, and says where
 * it stands if it does not; and that ends this process when its primary is gone
 * and the main loop cannot.
 */
export class Watchdog {
  readonly #shared = new Int32Array(
    new SharedArrayBuffer(Object.keys(Shared).length * Int32Array.BYTES_PER_ELEMENT),
  )

  /** Not under a debugger: a program at a breakpoint is not stuck. */
  constructor(options: Omit<WatchdogOptions, 'parent' | 'shared' | 'mayInspect' | 'diagnosticFolder'>) {
    if (inspector.url() !== undefined) return
    const shared = this.#shared
    setInterval(() => {
      Atomics.add(shared, Shared.turns, 1)
      // SIGUSR1 opens it at any time.
      this.lookForDebugger()
    }, turnInterval).unref()
    onSnapshot((difference) => Atomics.add(shared, Shared.snapshots, difference))
    startThread({
      ...options,
      // Here, and not in the thread, which begins some time later.
      parent: process.ppid,
      shared: shared.buffer,
      mayInspect: mayInspect(),
      diagnosticFolder: diagnosticFolder(),
    })
  }

  /** Whether a debugger may hold the main thread. */
  lookForDebugger(): void {
    Atomics.store(this.#shared, Shared.debugged, inspector.url() === undefined ? 0 : 1)
  }

  /**
   * From now on a main loop that stands is reported, or is not. Not from the
   * start: loading an app is slow, and no fault.
   */
  judge(reports = true): void {
    Atomics.store(this.#shared, Shared.judging, reports ? 1 : 0)
  }
}

function startThread(workerData: WatchdogOptions): void {
  if (isBundled) return
  try {
    const thread = new Thread(ownFile('worker/watchdog-thread.js'), {
      workerData,
      execArgv: [],
      // What the app preloads by NODE_OPTIONS is for its own threads, and may not fit in here.
      env: {},
      resourceLimits: { maxOldGenerationSizeMb: 16, maxYoungGenerationSizeMb: 4 },
    })
    thread.unref()
    // Without it, only the explanation is missing: the primary counts heartbeats.
    thread.on('error', () => {})
  } catch {
    // The permission model refuses threads: the same. The primary has said it.
  }
}
