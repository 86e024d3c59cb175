import {
  childrenOf,
  isIdentifier,
  type Node,
  nameOf,
  type Program,
  requiredModule,
  stringOf,
  walk,
} from './syntax.ts'

/** A name that a file has for a thing of another module. */
export interface Binding {
  from: string
  /** There: its name, `default` for a whole module, or nothing where it is only run. */
  imported?: string | undefined
  local?: string | undefined
  /** What binds it: the statement, or the declarator of a `require`. */
  by: Node
  /** The one among several: `{ serve, upgradeWebSocket }`. */
  specifier?: Node
}

/** All that the file imports or requires, wherever it does. */
export function bindingsOf(program: Program): Binding[] {
  return [...walk(program)].flatMap(([node, [above]]): Binding[] => {
    if (node.type === 'ImportDeclaration') return ofImport(node)
    if (node.type === 'TSImportEqualsDeclaration') {
      const from = stringOf((node['moduleReference'] as Node)['expression'])
      return from === undefined ? [] : [{ from, imported: 'default', local: nameOf(node['id']), by: node }]
    }
    const from = requiredModule(node)
    if (from === undefined) return []
    return ofRequire(from, above!)
  })
}

function ofImport(node: Node): Binding[] {
  const from = stringOf(node['source'])!
  const specifiers = node['specifiers'] as Node[]
  if (specifiers.length === 0) return [{ from, by: node }]
  return specifiers.map((specifier) => {
    const { type, imported, local } = specifier
    // A namespace is what `require` returns.
    const name = type === 'ImportSpecifier' ? (stringOf(imported) ?? nameOf(imported)) : 'default'
    return { from, imported: name, local: nameOf(local), by: node, specifier }
  })
}

/** `const express = require('express')`, `const { serve } = require('h3')`. */
function ofRequire(from: string, above: Node): Binding[] {
  if (above.type !== 'VariableDeclarator') return [{ from, by: above }]
  const id = above['id'] as Node
  if (isIdentifier(id)) return [{ from, imported: 'default', local: nameOf(id), by: above }]
  if (id.type !== 'ObjectPattern') return [{ from, by: above }]
  return (id['properties'] as Node[]).map((specifier) => {
    const { key, value } = specifier
    const isPlain = isIdentifier(key) && isIdentifier(value)
    return { from, ...(isPlain && { imported: nameOf(key), local: nameOf(value) }), by: above, specifier }
  })
}

/** The names that a pattern binds: `address`, `{ port, hostname }`. */
export function boundNames(pattern: Node): string[] {
  switch (pattern.type) {
    case 'Identifier':
      return [nameOf(pattern)]
    case 'ObjectProperty':
      return boundNames(pattern['value'] as Node)
    case 'AssignmentPattern':
      return boundNames(pattern['left'] as Node)
    case 'RestElement':
    case 'ObjectPattern':
    case 'ArrayPattern':
      return childrenOf(pattern).flatMap(boundNames)
    default:
      return []
  }
}

/** The names that are used in it, and not those of members. */
export function usedNames(node: Node): Set<string> {
  const names = [...walk(node)].flatMap(([each, [above]]) =>
    isIdentifier(each) && !isMemberName(each, above) ? nameOf(each) : [],
  )
  return new Set(names)
}

export function usesOf(program: Node, name: string): [node: Node, above: readonly Node[]][] {
  return [...walk(program)].filter(
    ([node, [above]]) => isIdentifier(node, name) && !isMemberName(node, above),
  )
}

function isMemberName(node: Node, above: Node | undefined): boolean {
  if (!above || above['computed'] === true || above['shorthand'] === true) return false
  if (/^(Optional)?MemberExpression$/.test(above.type)) return above['property'] === node
  return /^(Object|Class)(Property|Method)$/.test(above.type) && above['key'] === node
}

/** Every name that is declared in it, at whatever depth. */
export function declaredNames(node: Node): Set<string> {
  const names = [...walk(node)].flatMap(([{ type, id, params, param }]) => {
    const patterns = [
      ...(/^(VariableDeclarator|(Function|Class)Declaration)$/.test(type) && id ? [id as Node] : []),
      ...((params as Node[] | undefined) ?? []),
      ...(type === 'CatchClause' && param ? [param as Node] : []),
    ]
    return patterns.flatMap(boundNames)
  })
  return new Set(names)
}
