import { addImport } from './add-import.ts'
import { findApp, NotPlain } from './find-app.ts'
import { onlyLogs } from './only-logs.ts'
import type { Framework } from './project.ts'
import { isIdentifier, type Node, nameOf, parseProgram, type Program, walk } from './syntax.ts'

/**
 * The source with `clustered(app).listen(...)` in place of `app.listen(...)`,
 * and otherwise as it was. What `listen` returns is another thing then, and its
 * callback runs in the primary: where either matters, nothing is changed.
 *
 * @throws {NotPlain} saying why
 */
export function putAroundApp(source: string, file: string, framework: Framework): string {
  const program = parse(source, file)
  const app = findApp(program, framework)
  const call = findListen(program, app)
  const callee = call['callee'] as Node
  const { start, end } = callee['object'] as Node
  const clustered = `${source.slice(0, start)}clustered(${app})${source.slice(end)}`
  // The import is above it, so that its place has not moved.
  return addImport(clustered, program, `@clustered/${framework}`, call.start)
}

function parse(source: string, file: string): Program {
  try {
    return parseProgram(source, file)
  } catch (error) {
    throw new NotPlain(`it cannot be read: ${(error as Error).message}`)
  }
}

/** The one call of `app.listen`, as a statement of its own that runs when the file is loaded. */
function findListen(program: Program, app: string): Node {
  const found = [...walk(program)].filter(([node]) => namesListen(node))
  const [[member, [call, statement, ...around]] = [undefined, []]] = found
  if (!member || !call) throw new NotPlain(`there is no ${app}.listen(...)`)
  if (found.length > 1) throw new NotPlain(`it names listen ${found.length} times`)
  if (!isIdentifier(member['object'], app)) throw new NotPlain(`something else than ${app} listens`)
  if (call.type !== 'CallExpression' || call['callee'] !== member)
    throw new NotPlain(`${app}.listen is not only called`)
  if (statement?.type !== 'ExpressionStatement')
    throw new NotPlain(
      `what ${app}.listen(...) returns is used, and it would be the cluster in place of a server`,
    )
  if (!around.every(({ type }) => /^(BlockStatement|IfStatement|Program)$/.test(type)))
    throw new NotPlain(`${app}.listen(...) is in a function, a loop or a try`)
  checkArguments(call['arguments'] as Node[])
  return call
}

/** `app.listen`, called or not. */
function namesListen(node: Node): boolean {
  const { type, property, key } = node
  if (type === 'ObjectProperty') return isIdentifier(key, 'listen')
  return /^(Optional)?MemberExpression$/.test(type) && isIdentifier(property, 'listen')
}

function checkArguments(args: readonly Node[]): void {
  if (args.some(({ type }) => type === 'SpreadElement'))
    throw new NotPlain('what listen is given is not seen')
  const last = args.at(-1)
  if (!last || isPlace(last, args.length) || onlyLogs(last)) return
  throw new NotPlain(
    'the callback of listen may do more than log: it would run in the primary alone, once, and workers would miss it',
  )
}

/** No callback: a port, a host, a path or an object of options. */
function isPlace(node: Node, count: number): boolean {
  if (/Function|^CallExpression$/.test(node.type)) return node.type === 'CallExpression' && count === 1
  const name = node.type === 'MemberExpression' ? node['property'] : node
  if (!isIdentifier(name) || count === 1) return true
  return /host|addr|ip$|backlog|bind|iface|interface/i.test(nameOf(name))
}
