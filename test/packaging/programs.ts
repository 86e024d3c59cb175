import assert from 'node:assert/strict'
import { mkdirSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { it } from 'node:test'
import { pidsOf } from '../support/http.ts'
import { childrenOf, eventually, isAlive, start } from '../support/program.ts'
import { commonjs, module, names, oldest, typed } from './frameworks.ts'
import { project } from './project.ts'

/** The project is one of ES modules, and its folder commonjs is not. */
export const programs: Record<string, string | object> = {
  'commonjs/package.json': { private: true, type: 'commonjs' },
  'babel.config.json': {
    overrides: [{ test: './commonjs/babel.js', plugins: ['@babel/plugin-transform-modules-commonjs'] }],
  },
  'all.mjs': module(names),
  'all.cjs': commonjs(names),
  'all.ts': typed(names),
  'commonjs/old.ts': typed(oldest),
  'commonjs/babel.js': module(oldest),
}

const tsx = 'node_modules/tsx/dist/cli.mjs'
const tsNode = 'node_modules/ts-node/dist/bin.js'
const stripsTypes = Boolean((process.features as { typescript?: unknown }).typescript)

interface Way {
  name: string
  file: string
  nodeArgs?: string[]
  through?: string
  env?: Record<string, string>
  skip?: string | false
}

// ts-node has no use for a compiler without an API.
const forTsNode = {
  TS_NODE_COMPILER: 'typescript5',
  TS_NODE_COMPILER_OPTIONS: '{"module":"commonjs","moduleResolution":"node10"}',
  TS_NODE_SKIP_PROJECT: '1',
  TS_NODE_TRANSPILE_ONLY: '1',
}

const ways: Way[] = [
  { name: 'ES modules', file: 'all.mjs' },
  { name: 'CommonJS', file: 'all.cjs' },
  { name: 'TypeScript, under tsx', file: 'all.ts', through: tsx },
  { name: 'TypeScript, as CommonJS, under tsx', file: 'commonjs/old.ts', nodeArgs: ['--import', 'tsx'] },
  { name: 'TypeScript, under ts-node', file: 'commonjs/old.ts', through: tsNode, env: forTsNode },
  {
    name: 'TypeScript, with ts-node loaded first',
    file: 'commonjs/old.ts',
    nodeArgs: ['--require', 'ts-node/register'],
    env: forTsNode,
  },
  {
    name: "TypeScript, under Node's own type stripping",
    file: 'all.ts',
    skip: !stripsTypes && 'this Node does not strip types',
  },
  { name: 'Babel', file: 'commonjs/babel.js', nodeArgs: ['--require', '@babel/register'] },
]

/** They serve from two workers, reload, and end, without a process or a word too much. */
export function programsRun(): void {
  for (const [number, { name, file, nodeArgs, through, env, skip = false }] of ways.entries())
    it(`serve, reload and end as they should: ${name}`, { skip }, async (t) => {
      const entry = path.join(project, file)
      const SOCKETS = path.join(project, `sockets-${number}`)
      mkdirSync(SOCKETS)
      const command = start(t, through ? path.join(project, through) : entry, {
        args: through ? [entry] : [],
        nodeArgs,
        cwd: project,
        env: { WEB_CONCURRENCY: '2', PWD: project, SOCKETS, ...env },
      })
      await command.listens()
      const places = readdirSync(SOCKETS)
      assert.deepEqual(
        places.sort(),
        [...(programs[file] as string).matchAll(/\+ '\/(\w+)'/g)].map(([, each]) => each).sort(),
      )
      const old = await pidsOfAll(SOCKETS, places)

      // Where a tool runs the program, the primary is the tool's child. The tool passes on
      // no SIGHUP, and its patience with SIGTERM is shorter than a busy machine may need.
      const primary = parentOf([...old][0]!)
      process.kill(primary, 'SIGHUP')
      await command.sees(/reload done: every slot is on generation 2/)
      const current = await pidsOfAll(SOCKETS, places)
      assert.equal(new Set([...old, ...current]).size, 4, 'every worker is a new one')

      const family = everyDescendant(command.pid)
      process.kill(primary, 'SIGTERM')
      assert.equal(await command.ends(), 0)
      await eventually(() => ![...old, ...family].some(isAlive), 'no process is left')
      // A compiler that has no core to itself takes its time.
      assert.doesNotMatch(command.output.replaceAll(/.*has no server that listens after.*/g, ''), /warning/i)
    })
}

/** The two that answer at each place. */
async function pidsOfAll(folder: string, places: readonly string[]): Promise<Set<number>> {
  const pids = new Set<number>()
  for (const place of places) for (const pid of await pidsOf(path.join(folder, place), 2)) pids.add(pid)
  assert.equal(pids.size, 2)
  return pids
}

function everyDescendant(pid: number): number[] {
  return childrenOf(pid).flatMap((child) => [child, ...everyDescendant(child)])
}

function parentOf(pid: number): number {
  return Number(/^PPid:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1])
}
