import type { Around } from './around-listen.ts'
import { becomeFactory } from './become-factory.ts'
import { declaredNames } from './bindings.ts'
import { calledOnce, isVoid } from './called-once.ts'
import { clusteredCall } from './clustered-call.ts'
import { NotPlain } from './not-plain.ts'
import { isHarmlessStatement } from './only-logs.ts'
import { isIdentifier, type Node, nameOf, type Program } from './syntax.ts'

export interface Put {
  /** The app is made in time, and so in a function. */
  isAwaited: boolean
  /** What `listen` returns can be awaited itself. */
  isThenable: boolean
}

const isFunction = ({ type }: Node): boolean => /Function|Method/.test(type)

/**
 * What else becomes of a file in which `clustered(app).listen(...)` stands
 * already: nothing where it runs as the file is loaded. A function that makes
 * the app, or prepares for it, is given to `clustered` instead, and so called
 * in workers only.
 * @throws {NotPlain}
 */
export function wherePut(source: string, program: Program, put: Put): Around {
  const found = clusteredCall(program)
  const { call, app, above } = found
  const waits = above[0]!.type === 'AwaitExpression'
  const [statement, ...around] = waits || isVoid(above[0]!) ? above.slice(1) : above
  if (statement?.type !== 'ExpressionStatement')
    throw new NotPlain('what it returns is used, and it would be the cluster in place of a server')
  const end = around.findIndex(isFunction)
  const between = end < 0 ? around : around.slice(0, end)
  const plain =
    waits || end >= 0
      ? /^(BlockStatement|IfStatement|TryStatement|Program)$/
      : /^(BlockStatement|IfStatement|Program)$/
  if (!between.every(({ type }) => plain.test(type)))
    throw new NotPlain('the server listens in a loop, a try or a catch')
  const inPlace = {
    edits: waits && !put.isThenable ? [{ start: call.end, end: call.end, text: '.ready' }] : [],
    leftOut: [],
  }
  const fn = around[end]
  if (!fn) {
    if (!put.isAwaited) return inPlace
    throw new NotPlain('the app is made at the top of the file, and so in the primary, too')
  }
  const site = calledOnce(program, fn, around.slice(end + 1))
  const isLocal = isIdentifier(app) && declaredNames(fn).has(nameOf(app))
  if (!isLocal && doesNothingElse(fn, statement)) return inPlace
  return becomeFactory(source, program, { ...found, ...put, fn, statement, between, site })
}

/** What it does beside would be done in the primary, too: to connect to a database, say. */
function doesNothingElse(fn: Node, listening: Node): boolean {
  const body = fn['body'] as Node
  return statementsOf(body).every((each) => each === listening || isHarmlessStatement(each, undefined))
}

function statementsOf(block: Node): Node[] {
  if (block.type !== 'BlockStatement') return [block]
  return (block['body'] as Node[]).flatMap((each) =>
    each.type === 'TryStatement' ? statementsOf(each['block'] as Node) : each,
  )
}
