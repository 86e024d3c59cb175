import type { Around } from './around-listen.ts'
import { type Site } from './called-once.ts'
import type { ClusteredCall } from './clustered-call.ts'
import { type Edit, removal } from './edits.ts'
import { hoist } from './hoist.ts'
import { NotPlain } from './not-plain.ts'
import { isLog, onlyLogs, saysWhere } from './only-logs.ts'
import { isIdentifier, type Node, nameOf, type Program, walk } from './syntax.ts'

export interface Listening extends ClusteredCall {
  /** The function that makes the app and listens. */
  fn: Node
  /** The call, as a statement. */
  statement: Node
  /** What is around that in the function, from the nearest. */
  between: readonly Node[]
  site: Site
  isThenable: boolean
}

/**
 * The function returns the app in place of listening, and is given to
 * `clustered`, where it was called: `clustered(bootstrap).listen(3000)`.
 * @throws {NotPlain}
 */
export function becomeFactory(source: string, program: Program, listening: Listening): Around {
  const { fn, statement, between, site, app, args } = listening
  const text = ({ start, end }: Node): string => source.slice(start, end)
  check(listening)
  const after = between.flatMap((block, index) => behind(block, between[index - 1] ?? statement))
  const others = after.find((each) => !saysWhere(each))
  if (others)
    throw new NotPlain(`the function goes on when the server listens: ${text(others).split('\n')[0]}`)
  const isCallback = ({ type }: Node): boolean => /Function/.test(type)
  const places = args.filter((each) => !isCallback(each))
  const callback = args.find(isCallback)
  const hoisted = hoist(source, program, fn, places)
  // One line of a log can be said where the function's own names are not known.
  const line = after.length === 1 && isLog(after[0]!) ? after[0] : undefined
  const said = [callback ?? line].find((each) => each && hoisted.knows(each))
  const says = said && (said === line ? `() => ${text(said['expression'] as Node)}` : text(said))
  const leftOut = [callback, ...after].flatMap((each) => (each && each !== said ? text(each) : []))
  const semicolon = source[statement.end - 1] === ';' ? ';' : ''
  return {
    leftOut,
    edits: [
      ...hoisted.edits(site.statement.start),
      { start: statement.start, end: statement.end, text: `return ${text(app)}${semicolon}` },
      ...after.map((each) => removal(source, each.start, each.end)),
      ...withoutType(fn),
      ...rethrow(source, between),
      ...atSite(listening, [...places.map(text), ...(says ? [says] : [])].join(', '), text),
    ],
  }
}

function check({ fn, between, site, app }: Listening): void {
  if ((fn['params'] as Node[]).length > 0 || fn['generator'] === true)
    throw new NotPlain('the function that listens has parameters')
  if (between.some(({ type }) => type === 'IfStatement'))
    throw new NotPlain('the function that listens does so only if')
  if (!isIdentifier(app)) throw new NotPlain('the app has no name in the function that listens')
  const handler = site.handlers.find((each) => !onlyLogs(each) && !/^console$/.test(objectOf(each)))
  if (handler) throw new NotPlain('what is caught, if the function fails, is more than logged')
}

function objectOf({ type, object }: Node): string {
  return type === 'MemberExpression' && isIdentifier(object) ? nameOf(object) : ''
}

/** The statements behind one of them. */
function behind(block: Node, inner: Node): Node[] {
  if (block.type !== 'BlockStatement') return []
  const body = block['body'] as Node[]
  return body.slice(body.indexOf(inner) + 1)
}

/** It returned nothing, or a promise of that. */
function withoutType({ returnType }: Node): Edit[] {
  const { start, end } = (returnType ?? {}) as Node
  return returnType ? [{ start, end, text: '' }] : []
}

/** A worker that has no app must not go on without. */
function rethrow(source: string, between: readonly Node[]): Edit[] {
  return between.flatMap(({ type, handler }) => {
    if (type !== 'TryStatement' || !handler) return []
    const { body, param } = handler as { body: Node; param: Node | null }
    const last = (body['body'] as Node[]).at(-1)
    if (last && leaves(last)) return []
    if (!last || !isIdentifier(param))
      throw new NotPlain('what is caught in the function that listens is ignored')
    const gap = /\s*$/.exec(source.slice(0, last.start))![0]
    const semicolon = source[last.end - 1] === ';' ? ';' : ''
    const line = /\r?\n[ \t]*$/.exec(gap)?.[0] ?? (semicolon ? ' ' : '; ')
    return [{ start: last.end, end: last.end, text: `${line}throw ${nameOf(param)}${semicolon}` }]
  })
}

function leaves(statement: Node): boolean {
  if (statement.type === 'ThrowStatement') return true
  return [...walk(statement)].some(
    ([{ type, object, property }]) =>
      type === 'MemberExpression' && isIdentifier(object, 'process') && isIdentifier(property, 'exit'),
  )
}

/** `clustered(bootstrap).listen(3000)` for `bootstrap()`. */
function atSite({ site, fn, isThenable }: Listening, args: string, text: (node: Node) => string): Edit[] {
  const { expression, callee, isAwaited } = site
  // Linters want a promise to be seen to.
  const before = isAwaited ? 'await clustered(' : site.isVoid && isThenable ? 'void clustered(' : 'clustered('
  const behindIt = `).listen(${args})${isAwaited && !isThenable ? '.ready' : ''}`
  if (callee !== fn)
    return [{ start: expression.start, end: expression.end, text: before + text(callee) + behindIt }]
  // The function is there itself, with edits of its own within.
  return [
    { start: expression.start, end: fn.start, text: before },
    { start: fn.end, end: expression.end, text: behindIt },
  ]
}
