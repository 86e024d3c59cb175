import { type ChildProcess, execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import path from 'node:path'

/** Tools whose only work is to start a program again when a file has changed. */
const tools = new Set([
  'nodemon',
  'node-dev',
  'ts-node-dev',
  'tsnd',
  'tsc-watch',
  'watchexec',
  'entr',
  'onchange',
])

/** Tools that do so at one of their commands. */
const commands: Record<string, RegExp> = {
  tsx: /^watch\b/,
  nest: /^start\b.* (-w|--watch)\b/,
}

/** Between such a tool and the program there may be a shell, npm and another shell. */
const mostAncestors = 10

let known: { watcher: string | undefined } | undefined

/**
 * What starts this process again when a file changes, such as 'nodemon';
 * undefined if nothing does. To be asked first when the process begins: what
 * lies between the two may end before this process does.
 */
export function watcher(): string | undefined {
  return (known ??= { watcher: find() }).watcher
}

/** In ms: whoever has saved a file waits for the new code, and a browser keeps its connections. */
const longestDrain = 500

/** Nothing serves between two runs, so that a stop is short, whatever the options say. */
export function whileWatched<Times extends { drainTimeout: number; shutdownDelay: number }>(
  times: Times,
): Times {
  if (watcher() === undefined) return times
  return { ...times, drainTimeout: Math.min(times.drainTimeout, longestDrain), shutdownDelay: 0 }
}

/** `node --watch` hears from the process that it started what to watch. What only workers load, they know. */
export function passOnDependencies(worker: ChildProcess): void {
  if (!process.env['WATCH_REPORT_DEPENDENCIES'] || !process.send) return
  worker.on('message', (message: Record<string, unknown> | null) => {
    if (Array.isArray(message?.['watch:require']) || Array.isArray(message?.['watch:import']))
      process.send?.(message, undefined, undefined, () => {})
  })
}

function find(): string | undefined {
  if (process.env['WATCH_REPORT_DEPENDENCIES']) return 'node --watch'
  try {
    const look = process.platform === 'linux' ? lookInProc : lookByPs()
    let pid = process.ppid
    for (let distance = 0; distance < mostAncestors && pid > 1; distance++) {
      const { parent, argv } = look(pid)
      const name = asWatcher(argv)
      if (name) return name
      pid = parent
    }
  } catch {
    // An ancestor that is gone, or not to be looked at, is none that waits.
  }
  return undefined
}

/** @returns the tool's name, if that is what the command line runs, itself or as a script. */
export function asWatcher(argv: readonly string[]): string | undefined {
  const isNode = /^(node|nodejs|bun)$/.test(path.basename(argv[0] ?? ''))
  const script = isNode ? argv.findIndex((argument, index) => index > 0 && !argument.startsWith('-')) : 0
  for (const index of [0, script])
    for (const name of namesOf(argv[index] ?? '')) {
      if (tools.has(name)) return name
      if (commands[name]?.test(argv.slice(index + 1).join(' '))) return `${name} ${argv[index + 1]}`
    }
  return undefined
}

/** The file's own, and that of its package, as in `node_modules/tsx/dist/cli.mjs`. */
function namesOf(file: string): string[] {
  const [, inPackages] = /.*\/node_modules\/([^.][^/]*)\//.exec(file) ?? []
  return [path.parse(file).name, ...(inPackages ? [inPackages] : [])]
}

interface Ancestor {
  parent: number
  argv: string[]
}

function lookInProc(pid: number): Ancestor {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
  // The name before it, in brackets, may have anything in it.
  const [, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return { parent: Number(parent), argv: readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0') }
}

function lookByPs(): (pid: number) => Ancestor {
  if (process.platform === 'win32') return () => ({ parent: 0, argv: [] })
  const lines = execFileSync('ps', ['-A', '-o', 'pid=,ppid=,command='], { encoding: 'utf8' }).split('\n')
  const all = new Map<number, Ancestor>()
  for (const line of lines) {
    const [pid, parent, ...argv] = line.trim().split(/\s+/)
    all.set(Number(pid), { parent: Number(parent), argv })
  }
  return (pid) => all.get(pid)!
}
