/**
 * Makes the table of docs/frameworks.md: each framework in a project of its
 * own, reloaded under load and stopped:
 *
 *     npx -y pnpm@12 frameworks
 *     npx -y pnpm@12 frameworks --only 'express|koa' --nodes 24
 *
 * Exit code 1 if anything was lost, or is not as it must be; the output of the
 * program is then in the folder of its project. With `--only`, other lines of
 * the table stay as they are.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { nodeOf } from './nodes.ts'
import { isClean } from './outcome.ts'
import { installPackages, makeProject, versionOf } from './project.ts'
import type { Row, Start } from './row.ts'
import { rows } from './rows.ts'
import { writeTable } from './table.ts'
import { tryStart } from './try-start.ts'

const { values } = parseArgs({
  options: {
    only: { type: 'string', default: '' },
    nodes: { type: 'string', default: '20,24' },
    reloads: { type: 'string', default: '2' },
    home: { type: 'string', default: path.join(tmpdir(), 'clustered-frameworks') },
  },
})
const majors = values.nodes.split(',').map(Number)

mkdirSync(values.home, { recursive: true })
installPackages(values.home)

for (const row of rows.filter(({ name }) => new RegExp(values.only).test(name))) {
  const folder = makeProject(row, values.home)
  const version = versionOf(row, folder)
  for (const start of row.starts)
    for (const major of majors) {
      const cells =
        major < (row.from ?? 0) ? [`needs ${row.from}`, '', '', ''] : await tried(row, start, major, folder)
      writeTable([[row.framework, version, code(start.by), String(major), ...cells]], order)
    }
}

/** @returns the cells behind that of the Node.js. */
async function tried(row: Row, start: Start, major: number, folder: string): Promise<string[]> {
  const name = `${row.framework} by ${start.by} on Node.js ${major}`
  const where = {
    folder,
    command: path.join(folder, 'node_modules/@clustered/cli/dist/main.js'),
    node: nodeOf(major, values.home),
    reloads: Number(values.reloads),
  }
  const outcome = await tryStart(row, start, where).catch((error: Error) => error)
  if (outcome instanceof Error) {
    process.exitCode = 1
    console.log(`${name}: ${outcome.message}`)
    return ['does not run', '', '', '']
  }
  const { answered, failures, drained, left, faults } = outcome
  console.log(`${name}: ${answered} answered, ${failures.length} failed, ${drained} of ${left} drained`)
  if (!isClean(outcome)) {
    process.exitCode = 1
    for (const fault of new Set([...failures, ...faults])) console.log(`  ${fault}`)
    const log = path.join(folder, `output-${major}.log`)
    writeFileSync(log, outcome.output)
    console.log(`  ${log}`)
  }
  const hooks = (start.hooks ?? []).map(code).join(', ')
  return [
    answered.toLocaleString('en'),
    String(failures.length),
    `${drained} of ${left}`,
    faults.length > 0 ? faults.join('; ') : hooks,
  ]
}

/** Where a line of the table belongs; -1 if its row is no more. */
function order([framework, , by, node]: string[]): number {
  const starts = rows.flatMap((row) => row.starts.map((start) => `${row.framework}|${code(start.by)}`))
  const index = starts.indexOf(`${framework}|${by}`)
  return index < 0 ? index : index * 100 + Number(node)
}

function code(text: string): string {
  return `\`${text}\``
}
