import { readFileSync } from 'node:fs'
import { parseEnv } from 'node:util'
import cluster from 'node:cluster'

type Environment = Record<string, string | undefined>

/** What Node itself has read from the files of `--env-file`: a worker reads them anew. */
const fromEnvFiles: Environment = cluster.isWorker ? {} : readEnvFiles(process.execArgv)
const atLoad: Environment = cluster.isWorker ? {} : withoutEnvFiles(process.env)

/**
 * The environment that the system gave to this process. What dotenv,
 * `--env-file` or the program have written into `process.env` since is not in
 * it. Where the system does not tell (not Linux), it is what `process.env` was
 * when this package was loaded, less what is of a file.
 */
export function givenEnvironment(): Environment {
  given ??= read() ?? atLoad
  return given
}

let given: Environment | undefined

/**
 * What makes a copy of `process.env` the environment that this process was
 * given. What has been taken out stays out: it was for this process alone.
 */
export function asGiven(): Environment {
  return undo((name) => givenEnvironment()[name])
}

/** The same, for what Node has read from files only. */
export function withoutEnvFile(): Environment {
  return undo((name, value) => (fromEnvFiles[name] === value ? givenEnvironment()[name] : value))
}

function undo(before: (name: string, value: string | undefined) => string | undefined): Environment {
  return Object.fromEntries(
    Object.entries(process.env).flatMap(([name, value]) => {
      const first = before(name, value)
      return first === value ? [] : [[name, first]]
    }),
  )
}

function read(): Environment | undefined {
  try {
    const lines = readFileSync('/proc/self/environ', 'utf8').split('\0')
    // Of two with one name the first counts.
    return Object.fromEntries(
      lines.toReversed().flatMap((line) => {
        const end = line.indexOf('=')
        return end > 0 ? [[line.slice(0, end), line.slice(end + 1)]] : []
      }),
    )
  } catch {
    // Not Linux, or a process that has given up its rights.
    return undefined
  }
}

function withoutEnvFiles(environment: Environment): Environment {
  return Object.fromEntries(
    Object.entries(environment).filter(([name, value]) => fromEnvFiles[name] !== value),
  )
}

function readEnvFiles(execArgv: readonly string[]): Environment {
  const files = execArgv.flatMap((argument, index) => {
    const [, file] = /^--env-file(?:-if-exists)?(?:=(.*))?$/.exec(argument) ?? [undefined, null]
    return file === null ? [] : [file ?? execArgv[index + 1] ?? '']
  })
  return Object.assign({}, ...files.map(parseFile)) as Environment
}

function parseFile(file: string): Environment {
  try {
    return parseEnv(readFileSync(file, 'utf8'))
  } catch {
    // Node has said what is wrong with it, if anything is.
    return {}
  }
}
