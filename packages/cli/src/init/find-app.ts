import { bindingsOf, usesOf } from './bindings.ts'
import type { Framework } from './frameworks.ts'
import { NotPlain } from './not-plain.ts'
import { isIdentifier, type Node, nameOf, type Program, requiredModule, walk } from './syntax.ts'

/** Packages that need the server which `listen` returns, or that close it. */
const needServer =
  /^(socket\.io|ws|express-ws|koa-websocket|koa-easy-ws|@hono\/node-ws|http-terminator|stoppable|lightship|@godaddy\/terminus|http-graceful-shutdown|http-shutdown|(node:)?cluster|throng)$/

/** @throws {NotPlain} where the file must not be touched, whatever else it does. */
export function checkModules(program: Program): void {
  const modules = bindingsOf(program)
  if (modules.some(({ from }) => from.startsWith('@clustered/')) || usesOf(program, 'clustered').length > 0)
    throw new NotPlain('it is clustered already')
  const other = modules.find(({ from }) => needServer.test(from))
  if (other) throw new NotPlain(`it uses ${other.from}, which has to do with the server or with processes`)
}

/** An app, and where it is made. */
export interface MadeApp {
  name: string
  /** The function that makes it; the top of the file if there is none. */
  within: Node | undefined
  /** It is there after a while only: `await NestFactory.create(AppModule)`. */
  isAwaited: boolean
}

/** The app in `const app = express()`. @throws {NotPlain} */
export function findApp(program: Program, framework: Framework): MadeApp {
  const { how, example } = framework.app!
  const isMade = madeBy(program, framework)
  const apps = [...walk(program)].flatMap(([node, above]): MadeApp[] => {
    if (node.type !== 'VariableDeclarator' || !isIdentifier(node['id'])) return []
    const init = node['init'] as Node | null
    if (!init || !isMade(init)) return []
    const within = above.find(({ type }) => /Function|Method/.test(type))
    return [{ name: nameOf(node['id']), within, isAwaited: init.type === 'AwaitExpression' }]
  })
  if (apps.length > 1) throw new NotPlain(`it makes ${apps.length} apps`)
  if (apps.length === 0)
    throw new NotPlain(
      how === 'create'
        ? `no app is made, as in ${example}`
        : `no app is made at the top of the file, as in ${example}`,
    )
  return apps[0]!
}

/** Whether an expression makes an app: `express()`, `require('express')()`, `new Koa() as App`. */
export function madeBy(program: Program, { from, app }: Framework): (expression: Node) => boolean {
  const { made, how, chained } = app!
  const makers = bindingsOf(program).filter(
    (binding) => binding.from === from && binding.imported !== undefined && made.includes(binding.imported),
  )
  const isMaker = (callee: Node): boolean =>
    requiredModule(callee) === from || makers.some(({ local }) => isIdentifier(callee, local))
  const isMade = (expression: Node): boolean => {
    const { type } = expression
    if (/^TS(As|Satisfies|NonNull|TypeAssertion)/.test(type)) return isMade(expression['expression'] as Node)
    if (type === 'AwaitExpression') return isMade(expression['argument'] as Node)
    if (type !== 'CallExpression' && type !== 'NewExpression') return false
    const callee = expression['callee'] as Node
    if (type === 'CallExpression' && callee.type === 'MemberExpression') {
      const object = callee['object'] as Node
      if (how === 'create') return isIdentifier(callee['property'], 'create') && isMaker(object)
      return isIdentifier(callee['property']) && chained?.test(nameOf(callee['property']))
        ? isMade(object)
        : false
    }
    return (type === 'NewExpression') === (how === 'new') && isMaker(callee)
  }
  return isMade
}
