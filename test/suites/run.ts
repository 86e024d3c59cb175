/**
 * Other people's tests, in plain Node.js and inside the worker of a cluster:
 *
 *     npx -y pnpm@12 suites
 *     npx -y pnpm@12 suites --only fastify --files http2
 *     npx -y pnpm@12 suites --node ../node    # Node's own, of a checkout
 *
 * Exit code 1 if a file passes in plain Node.js, fails in a worker, and `known.ts`
 * does not say why. `BALANCE` is the option of that name.
 */
import { mkdirSync, readdirSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { compare, type Comparison } from './compare.ts'
import { install } from './install.ts'
import { whyItDiffers } from './known.ts'
import { nodeTests } from './node-tests.ts'
import { packages, type PackageSuite } from './packages.ts'
import type { TestFile } from './run-file.ts'

const { values } = parseArgs({
  options: {
    only: { type: 'string', default: '' },
    files: { type: 'string', default: '' },
    node: { type: 'string' },
    home: { type: 'string', default: path.join(tmpdir(), 'clustered-suites') },
    jobs: { type: 'string', default: String(availableParallelism()) },
    timeout: { type: 'string', default: '60000' },
    verbose: { type: 'boolean', default: false },
  },
})

const suites =
  values.node === undefined
    ? packages
        .filter(({ name }) => new RegExp(values.only).test(name))
        .map((suite) => ({ ...suite, list: filesOf(suite) }))
    : [{ name: 'node', version: '', list: nodeTests(path.resolve(values.node)) }]

let unexplained = 0
for (const { name, version, list } of suites) {
  const wanted = list.filter((file) => new RegExp(values.files).test(file.name))
  const results = await inLanes(wanted, Number(values.jobs))
  const count = (verdict: Comparison['verdict']): number =>
    results.filter((one) => one.verdict === verdict).length
  console.log(
    `${name} ${version}: ${count('passes')} of ${results.length} files pass in both, ` +
      `${count('differs')} only in plain Node.js; ${count('fails')} fail there`,
  )
  for (const { file, verdict, output, nodeClusterToo } of results) {
    if (verdict === 'fails' && values.verbose)
      console.log(`  fails in plain Node.js: ${file.name}\n${indent(output)}`)
    if (verdict !== 'differs') continue
    const why = whyItDiffers(`${name}/${file.name}`, output)
    if (!why) unexplained++
    console.log(
      `  ${file.name}: ${why ?? 'no reason is known'}${nodeClusterToo ? ' (and so does node:cluster)' : ''}`,
    )
    if (!why || values.verbose) console.log(indent(output))
  }
}
console.log(`Node ${process.version}: ${unexplained} differences that nobody has explained`)
process.exitCode = unexplained === 0 ? 0 : 1

function filesOf(suite: PackageSuite): TestFile[] {
  mkdirSync(values.home, { recursive: true })
  const folder = install(suite, values.home)
  return (readdirSync(folder, { recursive: true }) as string[])
    .filter((name) => !name.startsWith('node_modules') && suite.files.test(name) && !suite.except?.test(name))
    .sort()
    .map((name) => ({ name, program: path.join(folder, name), args: [], execArgv: [], cwd: folder }))
}

/** Each lane has ports of its own, for Node's tests, which ask for that. */
async function inLanes(files: TestFile[], lanes: number): Promise<Comparison[]> {
  const left = [...files]
  const results: Comparison[] = []
  const run = async (lane: number): Promise<void> => {
    for (let file = left.shift(); file; file = left.shift())
      results.push(
        await compare(file, Number(values.timeout), {
          TEST_THREAD_ID: String(lane),
          TEST_SERIAL_ID: String(lane),
        }),
      )
  }
  await Promise.all(Array.from({ length: lanes }, (_, lane) => run(lane + 1)))
  return results.sort((one, other) => one.file.name.localeCompare(other.file.name))
}

function indent(output: string): string {
  return output
    .trimEnd()
    .split('\n')
    .slice(-60)
    .map((line) => `    | ${line}`)
    .join('\n')
}
