import { isPlace, trimCallback } from './callback.ts'
import type { Edit } from './edits.ts'
import type { MadeApp } from './find-app.ts'
import { NotPlain } from './not-plain.ts'
import { isIdentifier, type Node, type Program, walk } from './syntax.ts'

/** What becomes of `app.listen(...)`, as it stands: `clustered(app).listen(...)`. */
export interface Around {
  edits: Edit[]
  leftOut: string[]
}

/** @throws {NotPlain} */
export function aroundListen(
  source: string,
  program: Program,
  { name, within }: MadeApp,
  told: 0 | 1 | 2,
): Around {
  const [call, above] = findListen(program, name)
  // Another function's app has nothing to do with what listens here.
  if (within && !above.includes(within))
    throw new NotPlain(`no app is made at the top of the file, or in the function that listens`)
  const { start, end } = (call['callee'] as Node)['object'] as Node
  const args = call['arguments'] as Node[]
  if (args.some(({ type }) => type === 'SpreadElement'))
    throw new NotPlain('what listen is given is not seen')
  const object = { start, end, text: `clustered(${name})` }
  const last = args.at(-1)
  if (!last || isPlace(last, args.length)) return { edits: [object], leftOut: [] }
  const { isGone, edits, leftOut } = trimCallback(source, last, told)
  if (!isGone) return { edits: [object, ...edits], leftOut }
  return { edits: [object, { start: args.at(-2)?.end ?? last.start, end: last.end, text: '' }], leftOut }
}

/** The one call of `app.listen`. */
function findListen(program: Program, app: string): [call: Node, above: readonly Node[]] {
  const found = [...walk(program)].filter(([node]) => namesListen(node))
  const [[member, [call, ...above]] = [undefined, []]] = found
  if (!member || !call) throw new NotPlain(`there is no ${app}.listen(...)`)
  if (found.length > 1) throw new NotPlain(`it names listen ${found.length} times`)
  if (!isIdentifier(member['object'], app)) throw new NotPlain(`something else than ${app} listens`)
  if (call.type !== 'CallExpression' || call['callee'] !== member)
    throw new NotPlain(`${app}.listen is not only called`)
  return [call, above]
}

/** `app.listen`, called or not. */
function namesListen(node: Node): boolean {
  const { type, property, key } = node
  if (type === 'ObjectProperty') return isIdentifier(key, 'listen')
  return /^(Optional)?MemberExpression$/.test(type) && isIdentifier(property, 'listen')
}
