import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import type { Desk } from '../support/desk.ts'

const cli = new URL('../../../packages/cli/dist/cli.js', import.meta.url).href

export interface Verdict {
  code: number
  stdout: string
  stderr: string
}

/** Calls the command with each line of words, all in one process, as there are many. */
export async function runAll(desk: Desk, lines: readonly string[][]): Promise<Verdict[]> {
  const script = `
const { run } = await import(${JSON.stringify(cli)})
const verdicts = []
const write = process.stdout.write.bind(process.stdout)
let now
for (const name of ['stdout', 'stderr'])
  process[name].write = (text, ...rest) => {
    now[name] += text
    rest.find((each) => typeof each === 'function')?.()
    return true
  }
for (const words of JSON.parse(process.argv[1])) {
  verdicts.push((now = { code: 0, stdout: '', stderr: '' }))
  process.exitCode = 0
  now.code = (await run(words)) ?? process.exitCode
}
write(JSON.stringify(verdicts), () => process.exit(0))`
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--input-type=module', '-e', script, JSON.stringify(lines)],
    { cwd: desk.project, env: { ...desk.env, PATH: process.env['PATH'] }, maxBuffer: 2 ** 26 },
  )
  return JSON.parse(stdout) as Verdict[]
}
