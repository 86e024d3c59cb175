import { toWords } from '../thrown.ts'
import type { Logger } from '../logger.ts'

/** How long (in ms) a logger that throws is not reported again. */
const quiet = 60_000

/** A logger that does not throw: a line that the user's logger cannot take is lost, and nothing else. */
export function guarded(logger: Logger): Logger {
  let reportedAt = -quiet
  const onFailure = (error: unknown): void => {
    if (performance.now() - reportedAt < quiet) return
    reportedAt = performance.now()
    console.error(`[clustered] error: the logger failed, and log lines are lost: ${toWords(error).stack}`)
  }
  const guard =
    (level: keyof Logger) =>
    (message: string): void => {
      try {
        // One that is asynchronous may fail later.
        Promise.resolve(logger[level](message)).catch(onFailure)
      } catch (error) {
        onFailure(error)
      }
    }
  return { info: guard('info'), warn: guard('warn'), error: guard('error') }
}
