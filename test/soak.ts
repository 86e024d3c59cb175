/**
 * A million requests over a hundred reloads, and not one lost:
 *
 *     npx -y pnpm@12 soak
 *
 * REQUESTS, RELOADS, WORKERS and BALANCE change what is done. Exit code 1 if
 * anything failed.
 */
import { type Load, load } from './support/load.ts'
import { Program } from './support/program.ts'
import { traffic } from './support/traffic.ts'

const { REQUESTS = '1000000', RELOADS = '100', WORKERS = '2', BALANCE = 'auto' } = process.env
const wanted = { requests: Number(REQUESTS), reloads: Number(RELOADS) }

const program = new Program('server.js', {
  env: { OPTIONS: JSON.stringify({ workers: Number(WORKERS), balance: BALANCE, reload: { soak: 100 } }) },
})
const port = await program.listens()
const [, balance] = await program.sees(/balance: ([\w-]+)/)
const began = Date.now()
const loads: Load[] = Object.values(traffic).map((make) => load(make({ port }), { hurried: true }))
const answered = (): number => loads.reduce((sum, one) => sum + one.answered, 0)
const failures = (): string[] => loads.flatMap((one) => one.failures)

let reloads = 0
const isTerminal = process.stdout.isTTY
const progress = setInterval(() => isTerminal && process.stdout.write(`\r${bar()}`), 200)

while (reloads < wanted.reloads || answered() < wanted.requests) {
  // Spread over the requests, so that none runs without traffic.
  if (reloads < wanted.reloads && answered() >= (reloads / wanted.reloads) * wanted.requests) {
    const since = program.output.length
    program.kill('SIGHUP')
    await program.sees(/reload done/, since)
    reloads++
  } else await new Promise((resolve) => setTimeout(resolve, 20))
}
await Promise.all(loads.map((one) => one.stop()))
clearInterval(progress)
program.kill('SIGTERM')
const code = await program.ends()

if (isTerminal) process.stdout.write(`\r${bar()}\n`)
const seconds = Math.round((Date.now() - began) / 1000)
console.log(
  `${answered()} requests over ${reloads} reloads of ${WORKERS} workers (${balance}, Node ${process.versions.node}) ` +
    `in ${seconds} s: ${failures().length} failed; the primary ended with ${code}`,
)
for (const failure of failures().slice(0, 20)) console.log(`  ${failure}`)
process.exit(failures().length === 0 && code === 0 ? 0 : 1)

function bar(): string {
  const share = Math.min(1, answered() / wanted.requests, reloads / wanted.reloads)
  const width = 40
  const full = Math.round(share * width)
  const percent = String(Math.floor(share * 100)).padStart(3)
  return `${'█'.repeat(full)}${'░'.repeat(width - full)} ${percent} %  ${answered()} requests, ${reloads} reloads, ${failures().length} failed `
}
