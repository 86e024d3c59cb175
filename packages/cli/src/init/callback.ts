import { boundNames, usedNames } from './bindings.ts'
import { type Edit, removal } from './edits.ts'
import { NotPlain } from './not-plain.ts'
import { onlyLogs } from './only-logs.ts'
import { isIdentifier, type Node } from './syntax.ts'

export interface Trimmed {
  /** Nothing is left of it. */
  isGone: boolean
  edits: Edit[]
  /** What is said no more. */
  leftOut: string[]
}

/**
 * The callback of `listen` as it can stay: it runs once with Clustered, in the
 * primary, and is told of an error, and mostly of nothing else. What it says of
 * where the server listens, Clustered says itself.
 * @param told how many of its parameters stay.
 * @throws {NotPlain} if it does more than log
 */
export function trimCallback(source: string, callback: Node, told: 0 | 1 | 2): Trimmed {
  if (!onlyLogs(callback))
    throw new NotPlain(
      'the callback of listen may do more than log: it would run in the primary alone, once, and workers would miss it',
    )
  const params = callback['params'] as Node[]
  const others = params.slice(told)
  if (others.length === 0) return { isGone: false, edits: [], leftOut: [] }
  const names = new Set(others.flatMap(boundNames))
  const body = callback['body'] as Node
  const statements = body.type === 'BlockStatement' ? (body['body'] as Node[]) : [body]
  const needing = statements.filter((statement) => [...usedNames(statement)].some((name) => names.has(name)))
  const leftOut = needing.map(({ start, end }) => source.slice(start, end))
  const isGone = needing.length === statements.length
  const isBetween = others[0] !== params[0]
  const start = isBetween ? params[told - 1]!.end : others[0]!.start
  const edits = [
    { start, end: endOf(others.at(-1)!), text: '' },
    ...needing.map((statement) => removal(source, statement.start, statement.end)),
  ]
  return { isGone, edits, leftOut }
}

/** With its type. */
function endOf(param: Node): number {
  return (param['typeAnnotation'] as Node | undefined)?.end ?? param.end
}

/** No callback: a port, a host, a path or an object of options. */
export function isPlace(node: Node, count: number): boolean {
  if (/Function|^CallExpression$/.test(node.type)) return node.type === 'CallExpression' && count === 1
  const name = node.type === 'MemberExpression' ? node['property'] : node
  if (!isIdentifier(name) || count === 1) return true
  return /host|addr|ip$|backlog|bind|iface|interface/i.test((name as Node)['name'] as string)
}
