import { isIdentifier, type Node, type Program, walk } from './syntax.ts'

/** `clustered(app).listen(...)`, and the nodes above it, from the nearest. */
export interface ClusteredCall {
  call: Node
  app: Node
  args: Node[]
  above: readonly Node[]
}

/** The one that has just been put there. */
export function clusteredCall(program: Program): ClusteredCall {
  const [maker, [, call, ...above]] = [...walk(program)].find(
    ([{ type, callee }]) => type === 'CallExpression' && isIdentifier(callee, 'clustered'),
  )!
  return { call: call!, app: (maker['arguments'] as Node[])[0]!, args: call!['arguments'] as Node[], above }
}
