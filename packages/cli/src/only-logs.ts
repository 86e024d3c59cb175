import { childrenOf, isIdentifier, type Node, nameOf } from './syntax.ts'

const loggers = /^(console|log|logger|debug|winston|pino|signale|consola|chalk|colors|pc)$/i
const readers = /^(get|String|Number|stringify|to[A-Z]\w*|join|now|cwd|uptime|exit)$/

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

function isHarmlessStatement(statement: Node, error: Node | undefined): boolean {
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

/** It reads and logs, and changes nothing. */
function isHarmless(expression: Node): boolean {
  if (changes.test(expression.type) || expression['operator'] === 'delete') return false
  if (expression.type.endsWith('CallExpression') && !isHarmlessCall(expression['callee'] as Node))
    return false
  return childrenOf(expression).every(isHarmless)
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
