import type { Framework } from './project.ts'

/** As in `const app = express()`. */
const makesApp: Record<Framework, RegExp> = {
  express: /\b(?:const|let|var)\s+(\w+)[^=\n]*=\s*express\(\)/,
  koa: /\b(?:const|let|var)\s+(\w+)[^=\n]*=\s*new\s+Koa\(/i,
}

/** The last line that imports something, before which nothing of ours may stand. */
const imports = /^(?:import\b[^\n]*|(?:const|let|var)\b[^\n]*\brequire\([^\n]*)$/gm

/**
 * The source with `clustered(app).listen(...)` in place of `app.listen(...)`;
 * `undefined` where it is not plain how. What `listen` returns is another thing
 * then, so that a call whose result is used is left alone.
 */
export function putAroundApp(source: string, framework: Framework): string | undefined {
  const app = makesApp[framework].exec(source)?.[1]
  if (!app || /\bclustered\(/.test(source)) return undefined
  const call = new RegExp(`^([ \\t]*)${app}\\.listen\\(`, 'gm')
  if (source.match(call)?.length !== 1) return undefined
  const last = [...source.matchAll(imports)].at(-1)
  if (!last) return undefined
  const end = last.index + last[0].length
  const semicolon = last[0].trimEnd().endsWith(';') ? ';' : ''
  const name = `'@clustered/${framework}'`
  const isModule = /^import\b/m.test(source)
  const line = isModule ? `import { clustered } from ${name}` : `const { clustered } = require(${name})`
  const withImport = `${source.slice(0, end)}\n${line}${semicolon}${source.slice(end)}`
  return withImport.replace(call, `$1clustered(${app}).listen(`)
}
