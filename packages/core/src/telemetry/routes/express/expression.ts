/** What Express 4 ends an expression with that it has made of a path. */
const end = /(?:\\\/\?)?(?:\(\?=\\\/\|\$\)|\$)$/

/**
 * The paths that Express 4 has made an expression of, such as `/users/:id`. Of
 * one that the app has given as an expression, that is the expression itself.
 *
 * @param keys its parameters, as Express has them.
 * @returns none where it has in it what is neither text nor a parameter.
 */
export function pathsOf(expression: RegExp, keys: readonly unknown[]): string[] {
  const names = keys.map((key) => (key as { name?: unknown } | null)?.name)
  const alternatives = partsOf(expression.source).reduce<string[][]>(
    (all, part) => (part === '|' ? [...all, []] : [...all.slice(0, -1), [...all.at(-1)!, part]]),
    [[]],
  )
  const sources = alternatives.map((parts) => parts.join(''))
  if (!sources.every((source) => source.startsWith('^') && end.test(source))) return [String(expression)]
  const paths = sources.map((source) => toPath(source.slice(1).replace(end, ''), names))
  return paths.every((path) => path !== undefined) ? paths : []
}

/** @param names those of its parameters are taken from the front. */
function toPath(source: string, names: unknown[]): string | undefined {
  let path = ''
  for (const part of partsOf(source)) {
    if (part.startsWith('(')) {
      const [name] = names.splice(0, part.match(/(?:^|[^\\])\((?!\?)/g)?.length ?? 0)
      const before = /^\(\?:(\\?[/.])?\(/.exec(part)
      if (part === '(.*)') path += '*'
      else if (before && typeof name === 'string') path += `${before[1]?.at(-1) ?? ''}:${name}`
      else return undefined
    } else if (part.startsWith('\\')) path += part.slice(1)
    else if (part !== '?') path += part
    else if (!path.endsWith('?') && /:\w+$/.test(path)) path += part
    else return undefined
  }
  return path
}

/** Its groups, and all that is outside of one, character by character. */
function partsOf(source: string): string[] {
  const parts: string[] = []
  let depth = 0
  for (const [token] of source.matchAll(/\\.|\[(?:\\.|[^\]])*\]|[^]/g)) {
    if (depth > 0) parts.push(parts.pop()! + token)
    else parts.push(token)
    if (token === '(') depth++
    else if (token === ')') depth--
  }
  return parts
}
