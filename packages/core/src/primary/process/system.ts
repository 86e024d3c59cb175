import type { TransferableHandle } from '../../node-internals/handles.ts'
import type { ToPrimary, ToWorker, WorkerBriefing } from '../../protocol/messages.ts'
import type { ThreadAnswer, ThreadQuestion } from '../../protocol/inside.ts'
import type { WatchdogReport } from '../../protocol/watchdog.ts'
import type { Clock } from '../../running-clock.ts'
import type { Release } from '../release.ts'

/** What the fleet needs of the world: processes, time, and an end. The model test brings its own. */
export interface System {
  readonly clock: Clock
  readonly resources: Resources
  /**
   * Starts the process of a worker.
   * @throws whatever the system says: then there is no process, and no event follows.
   */
  spawn(order: SpawnOrder, events: ProcessEvents): WorkerProcess
  /** Ends this process. Nothing else in the primary does. */
  exit(code: number): void
}

/** What this machine, or this container, has for one worker more. */
export interface Resources {
  /** For how long (in ms, since ever) the CPU quota has kept processes from running. */
  throttledTime(): number
  /** Bytes. */
  freeMemory(): number
}

export interface SpawnOrder {
  release: Release
  briefing: Omit<
    WorkerBriefing,
    'primary' | 'protocol' | 'folders' | 'compileCache' | 'leads' | 'slotVariables'
  >
  /** Added to what the process gets anyway; a variable that is `undefined` is taken out. */
  env: Record<string, string | undefined>
  /** In bytes. */
  heapLimit: number | undefined
}

export interface WorkerProcess {
  readonly pid: number
  /**
   * @param sent called when it has left this process, or never can.
   * @param arrived called when its main loop has received the handle, or, at times, sooner.
   */
  send(message: ToWorker, handle?: TransferableHandle, sent?: () => void, arrived?: () => void): void
  /** Asks its watchdog's thread, which answers while the main thread stands. */
  askThread?(question: ThreadQuestion): void
  /** With SIGKILL, which no process can refuse. */
  kill(): void
}

/** None is called before `spawn` has returned, and none after `exit`. */
export interface ProcessEvents {
  /** What it says, in a form that can be believed. */
  message(message: ToPrimary, handle: TransferableHandle | undefined): void
  stall(stall: WatchdogReport | ThreadAnswer): void
  /** Something about it that the log should tell. */
  problem(problem: string): void
  /** @param error why there never was a process, if there was none. */
  exit(code: number | null, signal: string | null, error?: Error): void
}
