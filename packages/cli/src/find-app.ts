import type { Framework } from './project.ts'
import { isIdentifier, type Node, nameOf, type Program, requiredModule, stringOf, walk } from './syntax.ts'

/** Why it is not plain how the code can be changed. */
export class NotPlain extends Error {}

/** Packages that need the server which `listen` returns, or that close it. */
const needServer =
  /^(socket\.io|ws|express-ws|koa-websocket|koa-easy-ws|http-terminator|stoppable|lightship|@godaddy\/terminus|http-graceful-shutdown|http-shutdown|(node:)?cluster|throng)$/

/** The app in `const app = express()`, made at the top of the file. @throws {NotPlain} */
export function findApp(program: Program, framework: Framework): string {
  const modules = importedModules(program)
  if (modules.some(({ from }) => from.startsWith('@clustered/')) || uses(program, 'clustered'))
    throw new NotPlain('it is clustered already')
  const other = modules.find(({ from }) => needServer.test(from))
  if (other) throw new NotPlain(`it uses ${other.from}, which has to do with the server or with processes`)
  const makers = modules.flatMap(({ from, name }) => (from === framework && name ? name : []))
  const apps = program.body
    .flatMap((statement) => declarations(statement))
    .filter(({ init }) => makes(init, framework, makers))
  const [app] = apps
  if (apps.length !== 1 || !isIdentifier(app!.id))
    throw new NotPlain(
      apps.length > 1
        ? `it makes ${apps.length} apps`
        : `no app is made at the top of the file, as in const app = ${framework === 'koa' ? 'new Koa()' : 'express()'}`,
    )
  return nameOf(app!.id)
}

interface Declaration {
  id: Node
  init: Node | undefined
}

function declarations(statement: Node): Declaration[] {
  const declaration = (statement['declaration'] ?? statement) as Node
  return declaration.type === 'VariableDeclaration' ? (declaration['declarations'] as Declaration[]) : []
}

interface Imported {
  from: string
  /** Of a default import, a namespace, or what `require` returns. */
  name?: string | undefined
}

function importedModules(program: Program): Imported[] {
  return [...walk(program)].flatMap(([node, [above]]): Imported[] => {
    if (node.type === 'ImportDeclaration') {
      const whole = (node['specifiers'] as Node[]).find(
        ({ type, imported }) => type !== 'ImportSpecifier' || isIdentifier(imported, 'default'),
      )
      return [{ from: stringOf(node['source'])!, name: whole && nameOf(whole['local']) }]
    }
    if (node.type === 'TSImportEqualsDeclaration') {
      const from = stringOf((node['moduleReference'] as Node)['expression'])
      return from === undefined ? [] : [{ from, name: nameOf(node['id']) }]
    }
    const from = requiredModule(node)
    if (from === undefined) return []
    const isNamed = above?.type === 'VariableDeclarator' && isIdentifier(above['id'])
    return [{ from, name: isNamed ? nameOf(above['id']) : undefined }]
  })
}

/** `express()`, `require('express')()`, `new Koa()`, with or without a type. */
function makes(init: Node | null | undefined, framework: Framework, makers: readonly string[]): boolean {
  if (!init) return false
  if (/^TS(As|Satisfies|NonNull|TypeAssertion)/.test(init.type))
    return makes(init['expression'] as Node, framework, makers)
  if (init.type !== (framework === 'koa' ? 'NewExpression' : 'CallExpression')) return false
  const callee = init['callee'] as Node
  return requiredModule(callee) === framework || makers.some((name) => isIdentifier(callee, name))
}

function uses(program: Program, name: string): boolean {
  return [...walk(program)].some(([node]) => isIdentifier(node, name))
}
