import { type Edit, newlineOf, withEdits } from './edits.ts'
import { type Node, parseProgram, stringOf } from './syntax.ts'

/** package.json with a member of one of its objects added or changed, and otherwise as it was. */
export function withMember(text: string, object: string, key: string, value: string): string {
  // The parser reads a program.
  const opening = 'x = '
  const program = parseProgram(opening + text, 'package.js')
  const { right } = program.body[0]!['expression'] as { right: Node }
  const found = memberOf(right, object)
  const edit = found
    ? withinObject(opening + text, found['value'] as Node, key, value)
    : added(
        opening + text,
        right,
        `"${object}": {${lines(text, 2, `${JSON.stringify(key)}: ${JSON.stringify(value)}`)}${lines(text, 1, '}')}`,
      )
  return withEdits(opening + text, [edit]).slice(opening.length)
}

function withinObject(text: string, object: Node, key: string, value: string): Edit {
  const member = memberOf(object, key)
  const now = JSON.stringify(value)
  if (member) {
    const { start, end } = member['value'] as Node
    return { start, end, text: now }
  }
  // Scripts have an order of their own; dependencies are sorted, as package managers do it.
  const later = key.startsWith('@')
    ? membersOf(object).find((each) => stringOf(each['key'])! > key)
    : undefined
  if (!later) return added(text, object, `${JSON.stringify(key)}: ${now}`)
  const gap = /\s*$/.exec(text.slice(0, later.start))![0]
  return { start: later.start, end: later.start, text: `${JSON.stringify(key)}: ${now},${gap}` }
}

/** As the last member. */
function added(text: string, object: Node, member: string): Edit {
  const last = membersOf(object).at(-1)
  if (!last) {
    const depth =
      text.slice(0, object.start).split('{').length - text.slice(0, object.start).split('}').length
    return {
      start: object.start,
      end: object.end,
      text: `{${lines(text, depth + 1, member)}${lines(text, depth, '}')}`,
    }
  }
  const gap = /\s*$/.exec(text.slice(0, last.start))![0]
  return { start: last.end, end: last.end, text: `,${gap}${member}` }
}

/** On a line of its own, as deep as that, in the manner of the file. */
function lines(text: string, depth: number, what: string): string {
  const indent = /^([ \t]+)"/m.exec(text)?.[1] ?? '  '
  return newlineOf(text) + indent.repeat(depth) + what
}

function membersOf(object: Node): Node[] {
  return object['properties'] as Node[]
}

function memberOf(object: Node, key: string): Node | undefined {
  return membersOf(object).find((each) => stringOf(each['key']) === key)
}
