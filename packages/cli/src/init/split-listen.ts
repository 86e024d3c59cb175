import { newlineOf, withEdits } from './edits.ts'
import { madeBy } from './find-app.ts'
import type { Framework } from './frameworks.ts'
import { isIdentifier, type Node, nameOf, type Program } from './syntax.ts'

/**
 * `const app = new Elysia().get(...).listen(3000)` as two statements, where the
 * framework's apps are chained: `listen` returns something else with Clustered.
 */
export function splitListen(source: string, program: Program, framework: Framework): string {
  if (!framework.app?.chained) return source
  const isMade = madeBy(program, framework)
  const edits = program.body.flatMap((statement) => {
    const declaration = (statement['declaration'] ?? statement) as Node
    if (declaration.type !== 'VariableDeclaration') return []
    const [{ id, init } = {} as Node, another] = declaration['declarations'] as Node[]
    const callee = ((init ?? {}) as Node)['callee'] as Node | undefined
    if (another || !isIdentifier(id) || !isIdentifier(callee?.['property'], 'listen')) return []
    const object = callee!['object'] as Node
    if (!isMade(object)) return []
    const args = source.slice((callee!['property'] as Node).end, (init as Node).end)
    const semicolon = source[statement.end - 1] === ';' ? ';' : ''
    const newline = newlineOf(source)
    return [
      { start: object.end, end: (init as Node).end, text: '' },
      {
        start: statement.end,
        end: statement.end,
        text: `${newline}${newline}${nameOf(id)}.listen${args}${semicolon}`,
      },
    ]
  })
  return withEdits(source, edits)
}
