import { options as table } from '../options/table.ts'

/** The options of a call of `clustered`, in a form in which the primary can be told of them. */
export interface OwnOptions {
  options: Record<string, unknown>
  /** Those of which only the name can be told. */
  others: string[]
}

export function describeOptions(given: object = {}): OwnOptions {
  const entries = Object.entries(given).filter(
    ([name, value]) => value !== undefined && value !== Infinity && optionCalled(name)?.change !== 'worker',
  )
  const isPlain = ([name, value]: [string, unknown]): boolean =>
    typeof value !== 'function' && (typeof value !== 'object' || mayBeObject(name))
  return {
    options: Object.fromEntries(entries.filter(isPlain).map(withoutOwn)),
    others: entries.filter((entry) => !isPlain(entry)).map(([name]) => name),
  }
}

function optionCalled(name: string): (typeof table)[keyof typeof table] | undefined {
  return table[name as keyof typeof table]
}

/** What is in an option is for workers alone as well. */
function withoutOwn([name, value]: [string, unknown]): [string, unknown] {
  const members = optionCalled(name)?.kind.members
  if (!members || typeof value !== 'object' || value === null) return [name, value]
  return [
    name,
    Object.fromEntries(Object.entries(value).filter(([member]) => members[member]?.change !== 'worker')),
  ]
}

/** Of plain values. */
function mayBeObject(name: string): boolean {
  return name === 'workers' || optionCalled(name)?.kind.members !== undefined
}
