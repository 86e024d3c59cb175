import { parse, type ParserPlugin } from '@babel/parser'

/** A node of the syntax tree, as far as it is looked at here. */
export interface Node {
  type: string
  start: number
  end: number
  [property: string]: unknown
}

export interface Program extends Node {
  body: Node[]
}

/** @throws SyntaxError, with line and column. */
export function parseProgram(source: string, file: string): Program {
  const isTyped = /\.[cm]?tsx?$/.test(file)
  // `<Type>value` is a cast in .ts, and the beginning of JSX elsewhere.
  const plugins: ParserPlugin[] = [
    ...(isTyped ? (['typescript'] as const) : []),
    ...(/\.[cm]?ts$/.test(file) ? [] : (['jsx'] as const)),
    'decorators',
  ]
  const { program } = parse(source, {
    sourceType: 'unambiguous',
    allowReturnOutsideFunction: true,
    createParenthesizedExpressions: false,
    plugins,
  })
  return program as unknown as Program
}

/** The node and all that it is made of, with the nodes above each, from the nearest. */
export function* walk(
  node: Node,
  above: readonly Node[] = [],
): Generator<[node: Node, above: readonly Node[]]> {
  yield [node, above]
  for (const child of childrenOf(node)) yield* walk(child, [node, ...above])
}

export function childrenOf(node: Node): Node[] {
  return Object.values(node).flat().filter(isNode)
}

function isNode(value: unknown): value is Node {
  const { type, start } = (value ?? {}) as Partial<Node>
  // Comments hang on the nodes that they stand at.
  return typeof type === 'string' && typeof start === 'number' && !type.startsWith('Comment')
}

export function isIdentifier(node: unknown, name?: string): boolean {
  const { type, name: its } = (node ?? {}) as Node
  return type === 'Identifier' && (name === undefined || its === name)
}

export function nameOf(node: unknown): string {
  return String((node as Node).name)
}

/** What is required, in `require('express')`. */
export function requiredModule(node: unknown): string | undefined {
  const { type, callee, arguments: args } = (node ?? {}) as Node
  if (type !== 'CallExpression' || !isIdentifier(callee, 'require')) return undefined
  return stringOf((args as Node[])[0])
}

export function stringOf(node: unknown): string | undefined {
  const { type, value } = (node ?? {}) as Node
  return type === 'StringLiteral' ? (value as string) : undefined
}
