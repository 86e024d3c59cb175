import type { Around } from './around-listen.ts'
import { type Binding, bindingsOf, usesOf } from './bindings.ts'
import { trimCallback } from './callback.ts'
import { type Edit, withEdits } from './edits.ts'
import type { Framework } from './frameworks.ts'
import { NotPlain } from './not-plain.ts'
import { isIdentifier, type Node, type Program } from './syntax.ts'

/**
 * What becomes of `serve({ fetch: app.fetch, port })` and `serve(app, { port })`:
 * `clustered(app).listen(port)`.
 * @throws {NotPlain}
 */
export function aroundServe(source: string, program: Program, framework: Framework): Around {
  const { from, serve: form, adapter } = framework
  const binding = bindingsOf(program).find((each) => each.from === from && each.imported === 'serve')
  if (!binding?.local || !binding.specifier) throw new NotPlain(`there is no serve(...) of ${from}`)
  const call = findCall(program, binding)
  const args = call['arguments'] as Node[]
  const text = (node: Node): string => source.slice(node.start, node.end)
  const [first, ...others] = args
  if (!first || args.some(({ type }) => type === 'SpreadElement'))
    throw new NotPlain('what serve is given is not seen')
  const isObject = first.type === 'ObjectExpression'
  const options = form === 'app' || !isObject ? (form === 'app' ? others.shift() : undefined) : first
  const place = placeOf(options, framework, text)
  const [callback, ...more] = others
  if (more.length > 0) throw new NotPlain(`serve is given ${args.length} arguments`)
  const trimmed = callback && trimCallback(source, callback, 0)
  const logs = callback && !trimmed!.isGone ? withoutParameters(source, callback, trimmed!.edits) : undefined
  const app = isObject && form === 'options' ? appOf(first, source, framework) : text(first)
  const listen = [...place, ...(logs === undefined ? [] : [logs])].join(', ')
  return {
    edits: [
      { start: call.start, end: call.end, text: `clustered(${app}).listen(${listen})` },
      ...unimport(source, binding, `@clustered/${adapter}`),
    ],
    leftOut: trimmed?.leftOut ?? [],
  }
}

function findCall(program: Program, { local, specifier }: Binding): Node {
  const uses = usesOf(program, local!).filter(([, [above]]) => above !== specifier)
  if (uses.length !== 1) throw new NotPlain(`it names ${local!} ${uses.length} times`)
  const [node, [call]] = uses[0]!
  if (call?.type !== 'CallExpression' || call['callee'] !== node)
    throw new NotPlain(`${local!} is not only called`)
  return call
}

function withoutParameters(source: string, callback: Node, edits: readonly Edit[]): string {
  const moved = edits.map((edit) => ({
    ...edit,
    start: edit.start - callback.start,
    end: edit.end - callback.start,
  }))
  return withEdits(source.slice(callback.start, callback.end), moved)
}

const ofPlace = ['port', 'hostname', 'host']

/** What `listen` is given in place of options. */
function placeOf(
  options: Node | undefined,
  { defaultPort }: Framework,
  text: (node: Node) => string,
): string[] {
  if (options && options.type !== 'ObjectExpression') throw new NotPlain('the options of serve are not seen')
  const members = new Map<string, string>()
  for (const member of (options?.['properties'] ?? []) as Node[]) {
    const { type, key, value } = member
    const name = type !== 'SpreadElement' && isIdentifier(key) ? ((key as Node)['name'] as string) : undefined
    if (name === 'fetch') continue
    if (name === undefined || !ofPlace.includes(name) || type !== 'ObjectProperty')
      throw new NotPlain(`serve is given ${name ?? 'options that are not seen'}, which listen does not take`)
    members.set(name === 'host' ? 'hostname' : name, text(value as Node))
  }
  const host = members.get('hostname')
  return [members.get('port') ?? defaultPort!, ...(host === undefined ? [] : [host])]
}

/** `app` of `app.fetch`; an object that has nothing but `fetch` is an app itself. */
function appOf(options: Node, source: string, { from }: Framework): string {
  const fetch = (options['properties'] as Node[]).find(({ key }) => isIdentifier(key, 'fetch'))
  if (!fetch) throw new NotPlain('serve is given no fetch')
  const { type, object, property, start, end } = (fetch['value'] ?? fetch) as Node
  if (type === 'MemberExpression' && isIdentifier(property, 'fetch'))
    return source.slice((object as Node).start, (object as Node).end)
  if (from === '@hono/node-server') throw new NotPlain('fetch is not that of an app, as in fetch: app.fetch')
  // Without a parameter it would be taken for a function that makes an app.
  const isHandler = ((fetch['value'] as Node | undefined)?.['params'] as Node[] | undefined)?.length === 1
  return isHandler ? source.slice(start, end) : `{ ${source.slice(fetch.start, fetch.end)} }`
}

/** Takes the import of `serve` away, or has it be ours where nothing else is imported with it. */
function unimport(source: string, { by, specifier }: Binding, ours: string): Edit[] {
  const pattern = by.type === 'ImportDeclaration' ? by : (by['id'] as Node)
  const all = (pattern['specifiers'] ?? pattern['properties']) as Node[]
  const { start, end } = specifier!
  // `import h3, { serve } from 'h3'` is rare, and an import too many does no harm.
  if (all.some(({ type }) => /^Import(Default|Namespace)Specifier$/.test(type))) return []
  if (all.length > 1) {
    const at = all.indexOf(specifier!)
    // With the comma that is between it and its neighbour.
    return [at > 0 ? { start: all[at - 1]!.end, end, text: '' } : { start, end: all[1]!.start, text: '' }]
  }
  const module =
    by.type === 'ImportDeclaration'
      ? (by['source'] as Node)
      : ((by['init'] as Node)['arguments'] as Node[])[0]!
  const quote = source[module.start]!
  return [
    { start, end, text: 'clustered' },
    { start: module.start, end: module.end, text: quote + ours + quote },
  ]
}
