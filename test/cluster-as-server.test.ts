import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { freePort } from './support/port.ts'
import { start } from './support/program.ts'

const noServer = String.raw`ERR_CLUSTERED_NOT_A_SERVER: '[^']+' is an? \w+ of a server\. .*`

/** What becomes of each use, in every process alike. */
const outcomes: Record<string, RegExp> = {}
for (const name of ['keepAliveTimeout', 'headersTimeout', 'requestTimeout', 'timeout'])
  outcomes[name] = new RegExp(
    String.raw`^${noServer}option server: clustered\(app, \{ server: \{ ${name}: \d+ \} \}\)`,
  )
for (const name of ['maxHeadersCount', 'maxConnections'])
  outcomes[name] = new RegExp(String.raw`^${noServer}\{ server: \{ ${name}: 100 \} \}`)
for (const name of [
  'upgrade',
  'connection',
  'clientError',
  'secureConnection',
  'stream',
  'request',
  'checkContinue',
])
  outcomes[name] = new RegExp(String.raw`^${noServer}onServer: \(server\) => server\.on\('${name}'`)
Object.assign(outcomes, {
  ws: new RegExp(String.raw`^${noServer}onServer: \(server\) => server\.on\('upgrade'`),
  setTimeout: new RegExp(`^${noServer}option server`),
  getConnections: new RegExp(`^${noServer}cluster\\.workers`),
  closeAllConnections: new RegExp(`^${noServer}cluster\\.close\\(\\{ signal \\}\\)`),
  listen: new RegExp(`^${noServer}cluster\\.ready`),
  unref: new RegExp(`^${noServer}onServer`),
  exit: /^ERR_CLUSTERED_NO_EVENT: 'exit' is no event of a cluster\. Its events: worker:boot, .*close\.$/,
})
for (const name of ['error', 'listening', 'listeners of close', 'a symbol', 'what it has'])
  outcomes[name] = /^accepted$/

describe('a cluster that is used as a server', () => {
  for (const [workers, roles] of [
    [1, ['primary', 'worker']],
    [0, ['single']],
  ] as const)
    it(`says what to do, or does it (${roles.join(' and ')})`, async (t) => {
      const program = start(t, 'used-as-server.js', { env: { OPTIONS: JSON.stringify({ workers }) } })
      const port = await program.listens()
      for (const role of roles) {
        await program.sees(new RegExp(`^listening in ${role}: true ${port}$`, 'm'))
        const seen = new Map(
          [...program.output.matchAll(new RegExp(`^${role}, (.*?): (.*)$`, 'gm'))].map(
            ([, name, outcome]) => [name!, outcome!],
          ),
        )
        assert.deepEqual([...seen.keys()].sort(), Object.keys(outcomes).sort())
        for (const [name, outcome] of seen) assert.match(outcome, outcomes[name]!, `${role}, ${name}`)
      }
      program.kill('SIGTERM')
      assert.equal(await program.ends(), 0)
    })

  it('ends with what to do where nobody catches that', async (t) => {
    for (const workers of [1, 0]) {
      const program = start(t, 'used-as-server.js', {
        env: { OPTIONS: JSON.stringify({ workers }), LINE: 'keepAliveTimeout' },
      })
      assert.equal(await program.ends(), 1)
      assert.match(program.output, /server: \{ keepAliveTimeout: 65000 \}/)
    }
  })

  it('emits the error of a port in use, once', async (t) => {
    const port = await freePort()
    const first = start(t, 'used-as-server.js', { env: { OPTIONS: '{"workers":0}', PORT: String(port) } })
    await first.listens()
    for (const [workers, role] of [
      [1, 'primary'],
      [0, 'single'],
    ] as const) {
      const second = start(t, 'used-as-server.js', {
        env: { OPTIONS: JSON.stringify({ workers }), LINE: 'error', PORT: String(port) },
      })
      assert.equal(await second.ends(), 1)
      assert.deepEqual(second.output.match(/^error in .*$/gm), [`error in ${role}: EADDRINUSE`])
    }
  })
})
