import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { it } from 'node:test'
import { pidsOf } from '../support/http.ts'
import { childrenOf, eventually, isAlive, start } from '../support/program.ts'
import { project } from './project.ts'

const apps = {
  express: `
const app = express()
app.get('/pid', (_request, response) => {
  response.send(String(process.pid))
})
`,
  koa: `
const app = new koa()
app.use((context) => {
  context.body = String(process.pid)
})
`,
}

type Framework = keyof typeof apps

const header = {
  module: (framework: string) => `
import ${framework} from '${framework}'
import { clustered } from '@clustered/${framework}'
`,
  commonjs: (framework: string) => `
const ${framework} = require('${framework}')
const { clustered } = require('@clustered/${framework}')
`,
}

const oneLiner = '\nclustered(app).listen(0)\n'

const typedOneLiner = `
const options: ClusteredOptions = {}
const cluster: Cluster = clustered(app, options).listen(0, (error?: Error) => void error)
cluster.ready satisfies Promise<void>
export const { app: same, listen } = clustered(app)
`

function module(framework: Framework): string {
  return header.module(framework) + apps[framework] + oneLiner
}

function commonjs(framework: Framework): string {
  return header.commonjs(framework) + apps[framework] + oneLiner
}

function typed(framework: Framework): string {
  const types = `import type { Cluster, ClusteredOptions } from '@clustered/${framework}'`
  return types + header.module(framework) + apps[framework] + typedOneLiner
}

/** The project is one of ES modules, and its folder commonjs is not. */
export const programs: Record<string, string | object> = {
  'commonjs/package.json': { private: true, type: 'commonjs' },
  'babel.config.json': {
    overrides: [{ test: './commonjs/babel.js', plugins: ['@babel/plugin-transform-modules-commonjs'] }],
  },
  'commonjs/babel.js': module('express'),
  ...Object.fromEntries(
    (['express', 'koa'] as const).flatMap((framework) => [
      [`${framework}.mjs`, module(framework)],
      [`${framework}.cjs`, commonjs(framework)],
      [`${framework}.ts`, typed(framework)],
      [`commonjs/${framework}.ts`, typed(framework)],
    ]),
  ),
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
  { name: 'Express, an ES module', file: 'express.mjs' },
  { name: 'Express, CommonJS', file: 'express.cjs' },
  { name: 'Koa, an ES module', file: 'koa.mjs' },
  { name: 'Koa, CommonJS', file: 'koa.cjs' },
  { name: 'TypeScript, under tsx', file: 'koa.ts', through: tsx },
  { name: 'TypeScript, as CommonJS, under tsx', file: 'commonjs/express.ts', nodeArgs: ['--import', 'tsx'] },
  { name: 'TypeScript, under ts-node', file: 'commonjs/express.ts', through: tsNode, env: forTsNode },
  {
    name: 'TypeScript, with ts-node loaded first',
    file: 'commonjs/koa.ts',
    nodeArgs: ['--require', 'ts-node/register'],
    env: forTsNode,
  },
  {
    name: "TypeScript, under Node's own type stripping",
    file: 'express.ts',
    skip: !stripsTypes && 'this Node does not strip types',
  },
  { name: 'Babel', file: 'commonjs/babel.js', nodeArgs: ['--require', '@babel/register'] },
]

/** They serve from two workers, reload, and end, without a process or a word too much. */
export function programsRun(): void {
  for (const { name, file, nodeArgs, through, env, skip = false } of ways)
    it(`serve, reload and end as they should: ${name}`, { skip }, async (t) => {
      const entry = path.join(project, file)
      const command = start(t, through ? path.join(project, through) : entry, {
        args: through ? [entry] : [],
        nodeArgs,
        cwd: project,
        env: { WEB_CONCURRENCY: '2', PWD: project, ...env },
      })
      const port = await command.listens()
      const old = await pidsOf(port, 2)
      assert.equal(old.size, 2)

      // Where a tool runs the program, the primary is the tool's child. The tool passes on
      // no SIGHUP, and its patience with SIGTERM is shorter than a busy machine may need.
      const primary = parentOf([...old][0]!)
      process.kill(primary, 'SIGHUP')
      await command.sees(/reload done: every slot is on generation 2/)
      const current = await pidsOf(port, 2)
      assert.equal(new Set([...old, ...current]).size, 4, 'every worker is a new one')

      const family = everyDescendant(command.pid)
      process.kill(primary, 'SIGTERM')
      assert.equal(await command.ends(), 0)
      await eventually(() => ![...old, ...family].some(isAlive), 'no process is left')
      // A compiler that has no core to itself takes its time.
      assert.doesNotMatch(command.output.replaceAll(/.*has no server that listens after.*/g, ''), /warning/i)
    })
}

function everyDescendant(pid: number): number[] {
  return childrenOf(pid).flatMap((child) => [child, ...everyDescendant(child)])
}

function parentOf(pid: number): number {
  return Number(/^PPid:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1])
}
