import { declaredNames, usedNames, usesOf } from './bindings.ts'
import { type Edit, newlineOf, removal } from './edits.ts'
import { NotPlain } from './not-plain.ts'
import { isIdentifier, type Node, type Program, walk } from './syntax.ts'

/** What of a function's own names can be known outside of it. */
export interface Hoisted {
  /** Whether it needs no other name of the function. */
  knows(node: Node): boolean
  /** Moves what is needed to the top of the file, to `position`. */
  edits(position: number): Edit[]
}

/**
 * Where the app listens is said outside of the function that makes it, so that
 * the constants which say it move there: `const port = process.env.PORT || 3000`.
 * @throws {NotPlain} where more is needed than that: `app.get(ConfigService)`, say.
 */
export function hoist(source: string, program: Program, fn: Node, needed: readonly Node[]): Hoisted {
  const own = declaredNames(fn)
  const moved = new Map<string, Node>()
  const move = (node: Node): void => {
    for (const name of usedNames(node)) {
      if (!own.has(name) || moved.has(name)) continue
      const { statement, init } = constantOf(program, fn, name)
      move(init)
      moved.set(name, statement)
    }
  }
  for (const node of needed) move(node)
  refuseOwnEnvironment(source, fn, [...needed, ...moved.values()])
  const knows = (node: Node): boolean =>
    ![...walk(node)].some(([{ type }]) => type === 'AwaitExpression') &&
    [...usedNames(node)].every((name) => !own.has(name) || moved.has(name))
  const newline = newlineOf(source)
  return {
    knows,
    edits: (position) => {
      const statements = [...moved.values()].toSorted((a, b) => a.start - b.start)
      const text = statements
        .map(({ start, end }) => source.slice(start, end) + commentBehind(source, end) + newline)
        .join('')
      return [
        ...(text === '' ? [] : [{ start: position, end: position, text }]),
        ...statements.map(({ start, end }) => removal(source, start, end)),
      ]
    },
  }
}

function constantOf(program: Program, fn: Node, name: string): { statement: Node; init: Node } {
  const why = new NotPlain(`where the server listens is known in a function only (${name})`)
  const statements = [...walk(fn['body'] as Node)]
    .map(([node]) => node)
    .filter(
      ({ type, declarations }) =>
        type === 'VariableDeclaration' && (declarations as Node[]).some(({ id }) => isIdentifier(id, name)),
    )
  const [statement] = statements
  const declared = (statement?.['declarations'] ?? []) as Node[]
  const init = declared[0]?.['init'] as Node | null | undefined
  if (statements.length !== 1 || statement!['kind'] !== 'const' || declared.length !== 1 || !init) throw why
  if ([...walk(init)].some(([{ type }]) => type === 'AwaitExpression')) throw why
  // Of the same name is something else, elsewhere.
  const isAlone = usesOf(program, name).every(([, above]) => above.includes(fn))
  if (!isAlone) throw why
  return { statement: statement!, init }
}

/** The primary does not run the function, and would not have what that reads into the environment. */
function refuseOwnEnvironment(source: string, fn: Node, needed: readonly Node[]): void {
  const needs = needed.some(({ start, end }) => source.slice(start, end).includes('process.env'))
  const text = source.slice(fn.start, fn.end)
  if (needs && /\bdotenv\b|\bloadEnvFile\b|(^|[^.\w])config\(/.test(text))
    throw new NotPlain('the function that listens reads the environment from a file before')
}

function commentBehind(source: string, end: number): string {
  return /^[ \t]*\/\/[^\r\n]*/.exec(source.slice(end))?.[0] ?? ''
}
