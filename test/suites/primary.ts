/**
 * The primary of one worker that runs a test file, and that ends as it ends:
 *
 *     node primary.js FILE EXEC_ARGV ARGS
 *
 * Both lists are JSON. `BALANCE` is the option of that name.
 */
import { fileURLToPath } from 'node:url'
import { type ClusteredOptions, supervise } from '@clustered/core'

const [file, execArgv, args] = process.argv.slice(2) as [string, string, string]
const endWhenIdle = fileURLToPath(new URL('end-when-idle.js', import.meta.url))

const cluster = supervise(file, {
  workers: 1,
  balance: process.env['BALANCE'] as ClusteredOptions['balance'],
  args: JSON.parse(args) as string[],
  execArgv: ['--require', endWhenIdle, ...(JSON.parse(execArgv) as string[])],
  // The file ends when it has run, and its caller says how long that may take.
  bootTimeout: 3_600_000,
  drainTimeout: 1000,
  control: false,
  logger: false,
})
cluster.ready.catch(() => {})
// One that is to replace it would run the file again.
const first = cluster.workers[0]?.pid
cluster.on('worker:boot', ({ pid }) => {
  if (pid !== first) process.kill(pid, 'SIGKILL')
})
cluster.on('worker:exit', ({ pid }, { code, reason }) => {
  if (pid !== first) return
  if (code === null) console.error(`The worker is gone: ${reason}`)
  process.exit(code ?? 1)
})
// It would go on until another has its place.
cluster.on('worker:crash', () => void cluster.close())
