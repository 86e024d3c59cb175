/**
 * As `primary.ts`, with nothing but node:cluster: a difference that is here too
 * is not of Clustered's making.
 */
import cluster from 'node:cluster'
import { fileURLToPath } from 'node:url'

const [file, execArgv, args] = process.argv.slice(2) as [string, string, string]
const endWhenIdle = fileURLToPath(new URL('end-when-idle.js', import.meta.url))

cluster.setupPrimary({
  exec: file,
  args: JSON.parse(args) as string[],
  execArgv: ['--require', endWhenIdle, ...(JSON.parse(execArgv) as string[])],
})
cluster.fork().on('exit', (code: number | null) => process.exit(code ?? 1))
