import { leastForShutdown } from '../lifecycle.ts'
import type { ShutdownCode } from '../shutdown-code.ts'
import type { System } from './process/system.ts'

/** How the primary's process ends, if somebody has asked for it: when the last worker is gone. */
export class Ending {
  readonly #system: System
  readonly #shutdownCode: ShutdownCode | undefined
  #exitCode: number | undefined
  /** Why; then the app's shutdown code is run before. */
  #reason: string | undefined
  /** The program has called `process.exit`, and its exit code counts. */
  #isExitAsked = false
  #isOver = false
  /** Until when shutdown code has time, by the system's clock. */
  #deadline = 0
  /** What the primary itself does when the last worker is gone; it takes a moment, and never fails. */
  last: () => Promise<void> = () => Promise.resolve()

  constructor(system: System, shutdownCode: ShutdownCode | undefined) {
    this.#system = system
    this.#shutdownCode = shutdownCode
  }

  /** Whether this process ends when the last worker is gone. */
  get isAsked(): boolean {
    return this.#exitCode !== undefined
  }

  /** The first who asks decides. @param reason why, if the app's shutdown code is to run. */
  ask(exitCode: number, reason?: string): void {
    this.#exitCode ??= exitCode
    this.#reason ??= reason
  }

  /** The cluster closes, and may take so long (in ms). */
  setTime(timeout: number): void {
    this.#deadline = this.#system.clock.now() + timeout
  }

  /**
   * The program has called `process.exit`.
   * @param isAwaited whether there is anything that the end is to wait for.
   * @returns whether it waits.
   */
  holdExit(exitCode: number, isAwaited: boolean): boolean {
    if (this.#isOver || !isAwaited) return false
    if (!this.#isExitAsked) this.#exitCode = exitCode
    this.#isExitAsked = true
    this.endShutdownCode()
    return true
  }

  /** If shutdown code runs, it is not waited for any more. @returns whether it does. */
  endShutdownCode(): boolean {
    return this.#shutdownCode?.end() ?? false
  }

  /** The last worker is gone. */
  async begin(): Promise<void> {
    const last = this.last()
    if (!this.isAsked) return
    const { clock } = this.#system
    if (this.#reason !== undefined && !this.#isExitAsked)
      await this.#shutdownCode?.run(Math.max(leastForShutdown, this.#deadline - clock.now()), this.#reason)
    await last
    // After the turn in which those who waited are told.
    clock.after(0, () => this.now(this.#exitCode!))
  }

  now(exitCode: number): void {
    this.#isOver = true
    this.#system.exit(exitCode)
  }
}
