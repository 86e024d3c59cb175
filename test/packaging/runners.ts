import assert from 'node:assert/strict'
import { it } from 'node:test'
import { project, run } from './project.ts'

/** A server that nobody has prepared for tests: it listens when it is loaded. */
const server = `
const express = require('express')
const { clustered } = require('@clustered/express')
const app = express()
app.get('/', (request, response) => response.send('hello'))
exports.cluster = clustered(app, { workers: 2 }).listen(0)
exports.app = clustered(app).app
`

const body = `
describe('an app', () => {
  it('answers without a server', () => request(app).get('/').expect(200, 'hello'))

  it('answers from its own', async () => {
    await cluster.ready
    assert.equal(cluster.role, 'single')
    const { port } = cluster.address()
    assert.equal(await (await fetch('http://127.0.0.1:' + port)).text(), 'hello')
  })

  it('is told of a port in use', async () => {
    const second = clustered(app).listen(cluster.address().port)
    await assert.rejects(second.ready, { code: 'EADDRINUSE' })
  })

  it('closes while its client keeps the connection', async () => {
    const other = clustered(app).listen(0)
    await other.ready
    await fetch('http://127.0.0.1:' + other.address().port)
    await other.close()
    assert.equal(other.address(), null)
  })

  it('knows its own errors', () => {
    assert.throws(() => clustered(app, { workers: -1 }), ClusteredError)
  })
})
`

const required = `
const assert = require('node:assert')
const request = require('supertest')
const { clustered, ClusteredError } = require('@clustered/express')
const { app, cluster } = require('./server.js')
`

const imported = `
import assert from 'node:assert'
import request from 'supertest'
import { clustered, ClusteredError } from '@clustered/express'
import { app, cluster } from '../commonjs/tests/server.js'
`

export const tests: Record<string, string | object> = {
  'commonjs/tests/server.js': server,
  'commonjs/tests/api.test.js': required + body,
  'commonjs/tests/api.node.cjs': `const { describe, it } = require('node:test')\n${required}${body}`,
  'vitest/api.test.mjs': `import { describe, it } from 'vitest'\n${imported}${body}`,
}

const [jest, mocha, vitest] = ['jest/bin/jest.js', 'mocha/bin/mocha.js', 'vitest/vitest.mjs'].map(
  (file) => `node_modules/${file}`,
)
const files = 'commonjs/tests/*.test.js'
const jestFlags = ['--rootDir', 'commonjs', '--colors=false']

const runners: Record<string, string[]> = {
  jest: [jest!, ...jestFlags, '--runInBand'],
  mocha: [mocha!, files],
  vitest: [vitest!, 'run', '--dir=vitest', '--pool=forks'],
  'node --test': ['--test', 'commonjs/tests/api.node.cjs'],
}

/** Each ends by itself, with all tests passed and nothing forked. */
export function runnersPass(): void {
  for (const [name, args] of Object.entries(runners))
    it(`fork nothing under a test runner, and do not keep it: ${name}`, async () => {
      const env = { ...process.env, NODE_TEST_CONTEXT: undefined, FORCE_COLOR: undefined, NO_COLOR: '1' }
      const output = await run(process.execPath, args, project, env)
      assert.match(output, /single mode \(pid \d+\) because .* runs it; CLUSTERED_WORKERS=2/)
      assert.match(output, /\b5 (passed|passing)|pass 5/)
      assert.doesNotMatch(output, /did not exit|worker \d/)
    })
}
