import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { it } from 'node:test'

// In a process of its own: this one is run by node:test.
const asked = `
const { testRunner } = require(${JSON.stringify(require.resolve('./test-runner.js'))})
const answers = JSON.parse(process.argv[1]).map((file) => {
  process.argv[1] = file
  return testRunner() ?? null
})
console.log(JSON.stringify(answers))
`

function runnersOf(files: string[], setup = '', env: NodeJS.ProcessEnv = {}): unknown {
  const args = ['-e', setup + asked, JSON.stringify(files)]
  const all = { ...process.env, NODE_TEST_CONTEXT: undefined, ...env }
  return JSON.parse(execFileSync(process.execPath, args, { env: all, encoding: 'utf8' }))
}

/** What each runner leaves in the environment of all that it starts. */
const variables = {
  NODE_TEST_CONTEXT: 'child-v8',
  JEST_WORKER_ID: '1',
  VITEST: 'true',
  TAP: '1',
  NODE_ENV: 'test',
}

const programs = [
  '/app/server.js',
  '/app/dist/main.cjs',
  '/app/latest/contest.js',
  '/app/test/fixtures/server.js',
  '/app/node_modules/.bin/clustered',
  '/app/node_modules/next/dist/bin/next',
  '/app/node_modules/express-jest/server.js',
  '',
]

it('an entry file of a runner, or one that says it is a test, is run as a test', () => {
  const files = {
    '/app/node_modules/mocha/bin/mocha.js': 'mocha',
    '/usr/lib/node_modules/jest/bin/jest.js': 'jest',
    '/app/node_modules/.pnpm/jest-worker@30.2.0/node_modules/jest-worker/build/processChild.js':
      'jest-worker',
    '/app/.yarn/cache/ava-npm-6.zip/node_modules/ava/lib/worker/base.js': 'ava',
    '/app/node_modules/@playwright/test/cli.js': '@playwright/test',
    '/app/node_modules/@cucumber/cucumber/bin/cucumber.js': '@cucumber/cucumber',
    'C:\\app\\node_modules\\vitest\\dist\\cli.js': 'vitest',
    '/app/src/api.test.ts': 'the test file api.test.ts',
    '/app/src/api.spec.mjs': 'the test file api.spec.mjs',
  }
  assert.deepEqual(runnersOf(Object.keys(files)), Object.values(files))
})

it('a program is none, in whatever environment', () => {
  const none = programs.map(() => null)
  assert.deepEqual(runnersOf([...programs, '/app/test/api.js', '/app/load-test.js']), [...none, null, null])
  assert.deepEqual(runnersOf(programs, '', variables), none)
  // As by a tool that loads all that Node has.
  assert.deepEqual(runnersOf(programs, "require('node:test');"), none)
})

it('a file that looks like a test is one where node:test is loaded, or has started it', () => {
  const files = ['/app/test/api.js', '/app/api_test.js', '/app/test-api.mts', '/app/test.js']
  const all = files.map(() => 'node:test')
  assert.deepEqual(runnersOf(files, "require('node:test');"), all)
  assert.deepEqual(runnersOf(files, '', { NODE_TEST_CONTEXT: 'child-v8' }), all)
  assert.deepEqual(runnersOf(['/app/api.js'], "require('node:test');", variables), ['node:test'])
  assert.deepEqual(runnersOf(['/app/test/api.js'], '', { TAP: '1' }), ['tap'])
})

it('where describe and it are global, tests run, whatever the entry file', () => {
  assert.deepEqual(runnersOf(['/ide/runner.js'], 'globalThis.describe = globalThis.it = () => {};'), [
    'a test runner',
  ])
})
