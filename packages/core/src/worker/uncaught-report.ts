import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { toPlainError } from '../thrown.ts'

/**
 * Writes Node's report on an error, where plain Node would: with
 * `--report-uncaught-exception`, or `process.report.reportOnUncaughtException`.
 * Throws nothing.
 */
export function reportAsNode(error: unknown): void {
  try {
    const { report } = process
    if (!report?.reportOnUncaughtException) return
    const file = report.writeReport(toPlainError(error))
    // It says that it was asked for by the program; tools look at why it was written.
    const where = path.resolve(report.directory || '.', file)
    const text = readFileSync(where, 'utf8')
    writeFileSync(
      where,
      text
        .replace(/("event": ?)"JavaScript API"/, '$1"Exception"')
        .replace(/("trigger": ?)"API"/, '$1"Exception"'),
    )
  } catch {
    // No room for it, or it went to a stream: the error is in the log all the same.
  }
}
