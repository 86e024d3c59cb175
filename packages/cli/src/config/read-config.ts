import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { deserialize } from 'node:v8'
import { CliError } from '../errors.ts'
import { plainLines } from '../plain.ts'
import { typeScriptArguments } from '../typescript.ts'

const evaluate = fileURLToPath(new URL('evaluate.js', import.meta.url))

/** In ms. It says what to start, and has nothing to wait for. */
const patience = 10_000

/** Lines of a stack that say nothing of the file. */
const notOfTheFile = /^\s+at .*(node:|evaluate\.(js|ts))|^\s+at async Promise\.all|^Node\.js v|^$/

/**
 * What a configuration file says. It is run, in a process of its own, and this
 * one waits for it.
 * @throws {CliError} ERR_CLUSTERED_BAD_CONFIG, ERR_CLUSTERED_NO_TYPESCRIPT
 */
export function readConfig(file: string): unknown {
  const { status, signal, error, output } = spawnSync(
    process.execPath,
    [...typeScriptArguments(file, []), evaluate, file],
    { stdio: ['ignore', 2, 'pipe', 'pipe'], timeout: patience, killSignal: 'SIGKILL' },
  )
  const [said, told] = [output?.[2], output?.[3]] as (Buffer | null | undefined)[]
  if (status === 0 && told) {
    if (said && said.length > 0) process.stderr.write(said)
    return deserialize(told)
  }
  throw new CliError(
    'ERR_CLUSTERED_BAD_CONFIG',
    `${file} ${why(signal, error)}. Nothing was started.${whatItSaid(said)}`,
  )
}

function why(signal: string | null, error: NodeJS.ErrnoException | undefined): string {
  if (error?.code === 'ETIMEDOUT') return `has not been read after ${patience} ms: it waits for something`
  return signal
    ? `cannot be read: ${signal} ended that`
    : `cannot be read${error ? `: ${error.message}` : ''}`
}

function whatItSaid(said: Buffer | null | undefined): string {
  const text = plainLines(said?.toString() ?? '')
  const lines = text.split('\n').filter((line) => !notOfTheFile.test(line))
  const hint = /Cannot find (package|module) '@clustered\/cli'/.test(text)
    ? '\nFor defineConfig, install it in the project: npm install --save-dev @clustered/cli. Or leave it out: export default { programs: [...] } will do.'
    : ''
  return lines.length > 0 ? ` It said:\n${lines.join('\n')}${hint}\n` : ''
}
