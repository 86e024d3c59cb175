import { newlineOf } from './edits.ts'
import { type Node, type Program, requiredModule } from './syntax.ts'

/** A semicolon that stands before what begins with a parenthesis. */
const nextLine = /\s*\n\s*;$/

/**
 * Imports `clustered`, in the file's own manner, after what it imports before
 * `position`.
 */
export function addImport(source: string, program: Program, from: string, position: number): string {
  const isModule = program.body.some(({ type }) => /^(Import|Export|TSImport)/.test(type))
  const imports = program.body.filter(
    (statement) => (isModule ? isImport(statement) : isRequire(statement)) && statement.end <= position,
  )
  const last = imports.at(-1)
  const sample = last ?? program.body[0]!
  const text = source.slice(sample.start, sample.end).replace(nextLine, '')
  const quote = /["']/.exec(text)?.[0] ?? "'"
  const semicolon = text.endsWith(';') ? ';' : ''
  const newline = newlineOf(source)
  const name = quote + from + quote
  const line =
    (isModule ? `import { clustered } from ${name}` : `const { clustered } = require(${name})`) + semicolon
  if (!last) return insert(source, sample.start, line + newline)
  return insert(source, endOfLine(source, last.start + text.length), newline + line)
}

function insert(source: string, at: number, text: string): string {
  return source.slice(0, at) + text + source.slice(at)
}

function isImport({ type }: Node): boolean {
  return type === 'ImportDeclaration' || type === 'TSImportEqualsDeclaration'
}

/** Nothing but that: `require('dotenv').config()` has its own order, and stays the last word. */
function isRequire(statement: Node): boolean {
  if (statement.type !== 'VariableDeclaration') return false
  return (statement['declarations'] as Node[]).every(({ init }) => {
    const { type, object } = (init ?? {}) as Node
    return requiredModule(type === 'MemberExpression' ? object : init) !== undefined
  })
}

/** A comment behind a statement stays with it. */
function endOfLine(source: string, end: number): number {
  const [rest] = /^[^\r\n]*/.exec(source.slice(end))!
  return /^\s*(\/\/.*|\/\*((?!\*\/).)*\*\/\s*)?$/.test(rest) ? end + rest.length : end
}
