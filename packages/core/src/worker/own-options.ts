import { hookNames } from '../hooks.ts'

/** What a worker itself heeds. */
const ofTheWorker = new Set<string>([...hookNames, 'server', 'onServer', 'sticky'])

/** What may be an object of plain values. */
const ofObjects = new Set(['goodbye', 'reload', 'workers'])

/** The options of a call of `clustered`, in a form in which the primary can be told of them. */
export function describeOptions(options: object): { options: Record<string, unknown>; others: string[] } {
  const entries = Object.entries(options).filter(
    ([name, value]) => value !== undefined && value !== Infinity && !ofTheWorker.has(name),
  )
  const isPlain = ([name, value]: [string, unknown]): boolean =>
    typeof value !== 'function' && (ofObjects.has(name) || typeof value !== 'object') && name !== 'logger'
  return {
    options: Object.fromEntries(entries.filter(isPlain)),
    others: entries.filter((entry) => !isPlain(entry)).map(([name]) => name),
  }
}
