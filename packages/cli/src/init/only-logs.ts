import { childrenOf, isIdentifier, type Node, nameOf } from './syntax.ts'

const loggers = /^(console|log|logger|debug|winston|pino|signale|consola|chalk|colors|pc)$/i
const readers = /^(get|String|Number|parseInt|stringify|to[A-Z]\w*|join|now|cwd|uptime|exit)$/

/** They tell where a server listens, once it does. */
const whereReaders = /^(getUrl|address|getHttpServer)$/

/** What changes something, or may. */
const changes = /^(Assignment|Update|Await|Yield|New|Import|Class|Function|ArrowFunction|TaggedTemplate)/

/**
 * Whether a callback of `listen` only says that the app listens. It runs once
 * with Clustered, in the primary; what else it does would be missing in workers.
 */
export function onlyLogs(callback: Node): boolean {
  if (callback.type !== 'ArrowFunctionExpression' && callback.type !== 'FunctionExpression') return false
  const body = callback['body'] as Node
  const [error] = callback['params'] as Node[]
  if (body.type !== 'BlockStatement') return isHarmless(body)
  return (body['body'] as Node[]).every((statement) => isHarmlessStatement(statement, error))
}

export function isHarmlessStatement(statement: Node, error: Node | undefined): boolean {
  switch (statement.type) {
    case 'ExpressionStatement':
      return isHarmless(statement['expression'] as Node)
    case 'VariableDeclaration':
      return (statement['declarations'] as Node[]).every(({ init }) => !init || isHarmless(init as Node))
    case 'BlockStatement':
      return (statement['body'] as Node[]).every((each) => isHarmlessStatement(each, error))
    case 'ThrowStatement':
      return true
    case 'ReturnStatement':
      return !statement['argument'] || isHarmless(statement['argument'] as Node)
    case 'IfStatement':
      // As Express documents it: if (error) throw error
      return (
        error !== undefined &&
        isIdentifier(statement['test'], nameOf(error)) &&
        [statement['consequent'], statement['alternate']].every(
          (branch) => !branch || isHarmlessStatement(branch as Node, error),
        )
      )
    default:
      return false
  }
}

/** `console.log(...)`, as a statement. */
export function isLog({ type, expression }: Node): boolean {
  const { type: its, callee } = (expression ?? {}) as Node
  if (type !== 'ExpressionStatement' || its !== 'CallExpression') return false
  const { type: of, object } = callee as Node
  return isLogger((of === 'MemberExpression' ? object : callee) as Node)
}

/** A statement that is there for the log alone, be it of where the server listens: `await app.getUrl()`. */
export function saysWhere(statement: Node): boolean {
  const isHarmlessHere = (node: Node): boolean => isHarmless(node, whereReaders)
  if (statement.type === 'VariableDeclaration')
    return (statement['declarations'] as Node[]).every(({ init }) => init && isHarmlessHere(init as Node))
  return isLog(statement) && isHarmlessHere(statement['expression'] as Node)
}

/**
 * It reads and logs, and changes nothing.
 * @param more what else may be called, and awaited.
 */
function isHarmless(expression: Node, more?: RegExp): boolean {
  const { type, callee, operator } = expression
  if ((changes.test(type) && !(more && type === 'AwaitExpression')) || operator === 'delete') return false
  const { property } = (callee ?? {}) as Node
  const isMore = more !== undefined && isIdentifier(property) && more.test(nameOf(property))
  if (type.endsWith('CallExpression') && !isMore && !isHarmlessCall(callee as Node)) return false
  return childrenOf(expression).every((child) => isHarmless(child, more))
}

function isHarmlessCall(callee: Node): boolean {
  if (isIdentifier(callee)) return loggers.test(nameOf(callee)) || readers.test(nameOf(callee))
  if (!callee.type.endsWith('MemberExpression')) return false
  const { object, property } = callee as unknown as { object: Node; property: Node }
  return (isIdentifier(property) && readers.test(nameOf(property))) || isLogger(object)
}

function isLogger(node: Node): boolean {
  const name = node.type.endsWith('MemberExpression') ? node['property'] : node
  return isIdentifier(name) && loggers.test(nameOf(name))
}
