import { usesOf } from './bindings.ts'
import { NotPlain } from './not-plain.ts'
import { isIdentifier, type Node, nameOf, type Program } from './syntax.ts'

/** Where a function is called, once, as the file is loaded: `start()`, `void start()`, `start().catch(...)`. */
export interface Site {
  statement: Node
  /** All of it: what is put in its place stands for the call, its `await` and its `catch`. */
  expression: Node
  /** The function, or its name. */
  callee: Node
  isAwaited: boolean
  isVoid: boolean
  /** What `catch` is given. */
  handlers: Node[]
}

const atTop = /^(BlockStatement|IfStatement|Program)$/

/** @throws {NotPlain} */
export function calledOnce(program: Program, fn: Node, above: readonly Node[]): Site {
  const name = nameFor(fn, above)
  const [callee, around] = name === undefined ? [fn, above] : theUse(program, fn, name)
  const [call] = around
  const called = name ?? 'a function'
  if (
    call?.type !== 'CallExpression' ||
    call['callee'] !== callee ||
    (call['arguments'] as Node[]).length > 0
  )
    throw new NotPlain(
      `the server listens in a function, and ${called} is not only called, without arguments`,
    )
  let [expression, rest] = [call, around.slice(1)]
  const handlers: Node[] = []
  while (isCatch(rest[0]!, expression)) {
    handlers.push(...(rest[1]!['arguments'] as Node[]))
    expression = rest[1]!
    rest = rest.slice(2)
  }
  const isAwaited = rest[0]!.type === 'AwaitExpression'
  const isDiscarded = isVoid(rest[0]!)
  if (isAwaited || isDiscarded) {
    expression = rest[0]!
    rest = rest.slice(1)
  }
  const [statement, ...top] = rest
  if (statement?.type !== 'ExpressionStatement' || !top.every(({ type }) => atTop.test(type)))
    throw new NotPlain(`the server listens in a function, and ${called} is not called at the top of the file`)
  return { statement, expression, callee, isAwaited, isVoid: isDiscarded, handlers }
}

/** `function start() {}`, `const start = async () => {}`. */
function nameFor(fn: Node, [parent, declaration, top]: readonly Node[]): string | undefined {
  if (fn.type === 'FunctionDeclaration' && parent?.type === 'Program') return nameOf(fn['id'])
  const isConst = parent?.type === 'VariableDeclarator' && isIdentifier(parent['id'])
  if (isConst && declaration?.['kind'] === 'const' && top?.type === 'Program') return nameOf(parent['id'])
  return undefined
}

function theUse(program: Program, fn: Node, name: string): [Node, readonly Node[]] {
  const uses = usesOf(program, name).filter(([node, [above]]) => above !== fn && !(above?.['id'] === node))
  if (uses.length !== 1)
    throw new NotPlain(`the server listens in a function, and ${name} is named ${uses.length} times`)
  return uses[0]!
}

function isCatch(member: Node, object: Node): boolean {
  return (
    member.type === 'MemberExpression' &&
    member['object'] === object &&
    isIdentifier(member['property'], 'catch')
  )
}

export function isVoid({ type, operator }: Node): boolean {
  return type === 'UnaryExpression' && operator === 'void'
}
