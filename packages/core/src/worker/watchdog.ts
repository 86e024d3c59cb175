import inspector from 'node:inspector'
import { Worker as Thread } from 'node:worker_threads'
import type { WatchdogOptions } from '../protocol/watchdog.ts'

/** How often (in ms) the main loop shows that it turns. */
const turnInterval = 100

/**
 * Starts the thread that looks whether this process's main loop turns, and
 * says where it stands if it does not. Not under a debugger: a program at a
 * breakpoint is not stuck.
 */
export function startWatchdog(options: Omit<WatchdogOptions, 'turns'>): void {
  if (inspector.url() !== undefined || (options.lagWarning === 0 && options.hangTimeout === 0)) return
  const turns = new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT)
  const counter = new Int32Array(turns)
  setInterval(() => Atomics.add(counter, 0, 1), turnInterval).unref()
  const thread = new Thread(new URL('./watchdog-thread.js', import.meta.url), {
    workerData: { ...options, turns } satisfies WatchdogOptions,
    execArgv: [],
    resourceLimits: { maxOldGenerationSizeMb: 16, maxYoungGenerationSizeMb: 4 },
  })
  thread.unref()
  // Without it, only the explanation is missing: the primary counts heartbeats.
  thread.on('error', () => {})
}
