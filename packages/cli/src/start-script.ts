/** What a start script runs in the end, as far as that is plain. Words are as they are written, quotes and all. */
export interface StartScript {
  /** What stands before it and goes on to: `prisma migrate deploy && NODE_ENV=production `. */
  before: string
  /** The variables that stand right before it. */
  variables: Record<string, string>
  /** Whether more stands before it than variables. */
  isAlone: boolean
  /** A file, or a command of a package; `clustered` itself where that is what runs. */
  file: string
  /** For Node itself. */
  nodeArgs: string[]
  args: string[]
}

/** Commands of packages that listen in their own process, and with which arguments. */
const servers: Record<string, RegExp> = {
  next: /^start\b/,
  fastify: /^start\b/,
  srvx: /^serve\b/,
  'react-router-serve': /^/,
  'remix-serve': /^/,
}

/** They run what follows, and clustered finds a package's command without them. */
const runners = /^((npx|bunx|(pnpm|yarn|npm) exec( --)?|pnpm|yarn) )(?=[\w-]+)/
const variable = /^([A-Za-z_]\w*)=(.*)$/
const word = /(?:[^\s'"\\]|\\.|'[^']*'|"[^"]*")+/g

/** What a shell does with more than words: pipes, redirections, several commands, what is run in between. */
const notWords = /[|;<>`]|(^|[^&])&([^&]|$)|\$\(/

/** @returns undefined where it is not plain, or starts nothing that serves in its own process. */
export function readStartScript(script: string): StartScript | undefined {
  const start = script.lastIndexOf('&&') + 1
  const last = script.slice(start === 0 ? 0 : start + 1)
  if (notWords.test(last)) return undefined
  let rest = last.trimStart()
  let hasWrapper = start > 0
  const variables: Record<string, string> = {}
  for (;;) {
    const [first = ''] = rest.match(word) ?? []
    const [, name, value] = variable.exec(first) ?? []
    const wrapper = name === undefined ? wrapperOf(rest) : undefined
    if (name !== undefined) variables[name] = unquoted(value!)
    else if (wrapper === undefined) break
    else if (!/^(cross-env|env|exec) $/.test(wrapper)) hasWrapper = true
    rest = rest.slice(wrapper?.length ?? first.length).trimStart()
  }
  const before = script.slice(0, script.length - rest.length)
  const started = startedBy(rest.replace(runners, '').match(word) ?? [])
  return started && { before, variables, isAlone: !hasWrapper, ...started }
}

/** What sets variables for the command behind it. */
function wrapperOf(rest: string): string | undefined {
  return /^((cross-env|env|exec) (?=[^-])|dotenvx? .*?-- )/.exec(rest)?.[0]
}

type Started = Pick<StartScript, 'file' | 'nodeArgs' | 'args'>

function startedBy([command = '', ...words]: readonly string[]): Started | undefined {
  if (command === 'clustered') return { file: command, nodeArgs: [], args: words }
  if (command in servers)
    return servers[command]!.test(words.join(' ')) ? { file: command, nodeArgs: [], args: words } : undefined
  if (!/^(node|tsx|ts-node)$/.test(command)) return undefined
  const nodeArgs: string[] = []
  while (words[0]?.startsWith('-')) {
    const option = words.shift()!
    nodeArgs.push(option)
    if (takesValue.test(option)) nodeArgs.push(words.shift() ?? '')
  }
  const [file, ...args] = words
  const isServer = !nodeArgs.some((option) => otherModes.test(option)) && file !== undefined
  return isServer && file !== 'watch' ? { file, nodeArgs, args } : undefined
}

/** Options of Node that have their value in the next word. */
export const takesValue: RegExp =
  /^(-r|--require|--import|--loader|--experimental-loader|--env-file|--env-file-if-exists|-C|--conditions)$/
const otherModes = /^(-[epc]|--(eval|print|check|test|run|watch)\b.*)$/

/** The same, on every core. */
export function clusteredLine({ file, nodeArgs, args }: Started): string {
  const { envFile, others } = splitEnvFile(nodeArgs)
  return [
    'clustered start',
    file,
    ...(envFile === undefined ? [] : ['--env-file', envFile]),
    ...(others.length > 0 ? ['--node-args', `'${others.join(' ')}'`] : []),
    ...(args.length > 0 ? ['--', ...args] : []),
  ].join(' ')
}

/** The command has a flag of its own for a file of variables, which a reload reads anew. */
export function splitEnvFile(nodeArgs: readonly string[]): { envFile: string | undefined; others: string[] } {
  const words = nodeArgs.flatMap((argument) => {
    const [, value] = /^--env-file=(.+)$/.exec(argument) ?? []
    return value === undefined ? argument : ['--env-file', value]
  })
  const at = words.indexOf('--env-file')
  // It takes one.
  if (at < 0 || words.lastIndexOf('--env-file') !== at) return { envFile: undefined, others: [...nodeArgs] }
  return { envFile: words[at + 1], others: words.toSpliced(at, 2) }
}

export function unquoted(text: string): string {
  return text.replaceAll(/'([^']*)'|"([^"]*)"|\\(.)/g, '$1$2$3')
}
