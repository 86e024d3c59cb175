import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

/** A file of tests, and how it is run. */
export interface TestFile {
  /** Its name in the table. */
  name: string
  /** The program: the file itself, or the runner that runs it in its own process. */
  program: string
  args: string[]
  /** Node's own arguments. */
  execArgv: string[]
  cwd: string
}

export interface Outcome {
  passed: boolean
  output: string
}

/** `cluster` is a worker of node:cluster alone. */
export type Where = 'plain' | 'worker' | 'cluster'

/** The process groups that run, which a Ctrl-C does not reach. */
const groups = new Set<number>()
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
  process.once(signal, () => {
    for (const pid of groups) killGroup(pid)
    process.exit(1)
  })

const primaries = { worker: 'primary.js', cluster: 'node-cluster.js' }
/** What is kept of a file's output. */
const outputLimit = 20_000

/** @param timeout milliseconds, after which it has failed. */
export async function runFile(
  { program, args, execArgv, cwd }: TestFile,
  where: Where,
  timeout: number,
  env: Record<string, string>,
): Promise<Outcome> {
  const command =
    where === 'plain'
      ? [...execArgv, program, ...args]
      : [
          fileURLToPath(new URL(primaries[where], import.meta.url)),
          program,
          JSON.stringify(execArgv),
          JSON.stringify(args),
        ]
  const child = spawn(process.execPath, command, {
    cwd,
    // A group of its own, so that nothing is left of what the file starts.
    detached: true,
    env: { ...process.env, NODE_TEST_CONTEXT: undefined, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const pid = child.pid!
  groups.add(pid)
  let output = ''
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => (output = (output + text).slice(-outputLimit)))
  const timer = setTimeout(() => {
    output += `\nIt has not ended within ${timeout} ms.\n`
    killGroup(pid)
  }, timeout)
  const [code] = (await once(child, 'exit')) as [number | null]
  clearTimeout(timer)
  killGroup(pid)
  groups.delete(pid)
  return { passed: code === 0, output }
}

function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL')
  } catch {
    // Nothing of it is left.
  }
}
