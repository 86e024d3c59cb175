import { realpathSync } from 'node:fs'
import path from 'node:path'
import { isLoaded } from './node-internals/process.ts'

/**
 * Whether this process runs tests. Its entry file decides, and what is loaded
 * in it. Variables that a runner sets do not by themselves: the programs that a
 * test starts inherit them, and are not tests.
 *
 * @returns what runs them, in words; `undefined` in every other process.
 */
export function testRunner(): string | undefined {
  const file = entry()
  const owner = packageOf(file)
  if (owner !== undefined && isRunner(owner)) return owner
  if (hasTestGlobals()) return 'a test runner'
  if (usesNodeTest(file)) return 'node:test'
  if (/\.(test|spec)\.[cm]?[jt]sx?$/.test(file)) return `the test file ${path.basename(file)}`
  const { TAP, TAP_CHILD_ID } = process.env
  return (TAP ?? TAP_CHILD_ID) && isInTestFolder(file) ? 'tap' : undefined
}

function entry(): string {
  const file = process.argv[1] ?? ''
  try {
    return realpathSync(file)
  } catch {
    return file
  }
}

function packageOf(file: string): string | undefined {
  return /.*[\\/]node_modules[\\/]((?:@[^\\/]+[\\/])?[^\\/]+)[\\/]/.exec(file)?.[1]?.replace('\\', '/')
}

const runners = new Set([
  'ava',
  'borp',
  'codeceptjs',
  'cypress',
  'jasmine',
  'jest',
  'jest-cli',
  'jest-worker',
  'mocha',
  'nightwatch',
  'playwright',
  'poku',
  'qunit',
  'tap',
  'tape',
  'testcafe',
  'uvu',
  'vitest',
  '@hapi/lab',
  '@playwright/test',
  '@web/test-runner',
])
const runnerScopes = /^@(cucumber|japa|jest|stryker-mutator|tapjs|vitest|wdio)\//

function isRunner(name: string): boolean {
  return runners.has(name) || runnerScopes.test(name)
}

/** The words that tests are written in, for runners that are started in another way. */
function hasTestGlobals(): boolean {
  const { describe, it, __vitest_worker__: vitest } = globalThis as Record<string, unknown>
  return vitest !== undefined || (typeof describe === 'function' && typeof it === 'function')
}

/** Some tools load every module that Node has: that it is loaded is not enough. */
function usesNodeTest(file: string): boolean {
  if (process.execArgv.includes('--test')) return true
  const signs = [
    process.env['NODE_TEST_CONTEXT'] !== undefined,
    isLoaded('test'),
    // As in `api.test.js`, `api_test.ts`, `test-api.mjs`.
    /^(test|(test[-_].+|.+[-._](test|spec)))\.[cm]?[jt]s$/.test(path.basename(file)) || isInTestFolder(file),
  ]
  return signs.filter(Boolean).length >= 2
}

/** Fixtures are deeper, and are programs. */
function isInTestFolder(file: string): boolean {
  return /^(tests?|__tests__|specs?)$/.test(path.basename(path.dirname(file)))
}
