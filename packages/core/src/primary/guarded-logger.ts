import { Log, type LogLine } from '../log.ts'
import { toWords } from '../thrown.ts'

/** How long (in ms) a logger that throws is not reported again. */
const quiet = 60_000

/** A log whose logger does not throw: a line that the user's logger cannot take is lost, and nothing else. */
export function guarded(log: Log): Log {
  let reportedAt = -quiet
  const onFailure = (error: unknown): void => {
    if (performance.now() - reportedAt < quiet) return
    reportedAt = performance.now()
    console.error(`[clustered] error: the logger failed, and log lines are lost: ${toWords(error).stack}`)
  }
  return new Log((line: LogLine) => {
    try {
      // One that is asynchronous may fail later.
      Promise.resolve(log.write(line)).catch(onFailure)
    } catch (error) {
      onFailure(error)
    }
  })
}
