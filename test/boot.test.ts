import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import net from 'node:net'
import { describe, it } from 'node:test'
import { balances } from './support/balances.ts'
import { get, pidsOf } from './support/http.ts'
import { freePort } from './support/port.ts'
import { eventually, start } from './support/program.ts'

/** As in containers, where it is often 0. */
function firstUnprivilegedPort(): number {
  try {
    return Number(readFileSync('/proc/sys/net/ipv4/ip_unprivileged_port_start', 'utf8'))
  } catch {
    return 1024
  }
}

describe('the first boot', () => {
  for (const balance of balances)
    it(`serves from as many processes as there are workers (${balance})`, async (t) => {
      const program = start(t, 'server.js', { env: { OPTIONS: JSON.stringify({ workers: 3, balance }) } })
      const port = await program.listens()
      const pids = await pidsOf(port, 3)
      assert.deepEqual([...pids].sort(), program.workers().sort())
      assert.match(program.output, new RegExp(`balance: ${balance}`))
    })

  it('calls back once, in the primary, when every slot is ready', async (t) => {
    const program = start(t, 'server.js', { env: { OPTIONS: '{"workers":2}' } })
    await program.sees(/callback/)
    assert.equal((await pidsOf(await program.listens(), 2)).size, 2)
    assert.deepEqual(program.output.match(/callback in .*/g), ['callback in primary: ok'])
  })

  it('takes the number of workers from WEB_CONCURRENCY', async (t) => {
    const program = start(t, 'server.js', { env: { WEB_CONCURRENCY: '3' } })
    await program.listens()
    assert.equal(program.workers().length, 3)
  })

  it('ends with exit code 1 when the port is in use, and boots nothing', async (t) => {
    const other = net.createServer().listen(0)
    t.after(() => other.close())
    await once(other, 'listening')
    const { port } = other.address() as net.AddressInfo
    const program = start(t, 'server.js', { env: { LISTEN: `[${port}]` } })
    assert.equal(await program.ends(), 1)
    assert.equal(program.output.match(/EADDRINUSE: address already in use/g)?.length, 1)
    assert.match(program.output, /callback in primary: EADDRINUSE/)
    assert.doesNotMatch(program.output, /\bat /, 'no stack: nobody needs one for that')
  })

  it('ends with exit code 1 when another program takes the port while the first worker boots', async (t) => {
    const port = await freePort()
    const program = start(t, 'server.js', { env: { LISTEN: `[${port}]`, BOOT_TIME: '2000' } })
    await eventually(() => program.workers().length === 1, 'a worker boots')
    const other = net.createServer().listen(port)
    t.after(() => other.close())
    // With round robin it cannot: the primary has been listening all along.
    if (balances.includes('kernel')) {
      await once(other, 'listening')
      assert.equal(await program.ends(), 1)
      assert.match(program.output, /EADDRINUSE/)
    } else await assert.rejects(once(other, 'listening'), { code: 'EADDRINUSE' })
  })

  it('ends with exit code 1 when another cluster has the port', async (t) => {
    const env = { OPTIONS: '{"workers":1}' }
    const first = start(t, 'server.js', { env })
    const second = start(t, 'server.js', { env: { ...env, LISTEN: `[${await first.listens()}]` } })
    assert.equal(await second.ends(), 1)
    assert.match(second.output, /EADDRINUSE/)
  })

  it(
    'ends with exit code 1 when the port needs a permission',
    { skip: firstUnprivilegedPort() <= 80 && 'anybody may listen at port 80 here' },
    async (t) => {
      const program = start(t, 'unprivileged.js')
      assert.equal(await program.ends(), 1)
      assert.equal(program.output.match(/EACCES: permission denied/g)?.length, 1)
    },
  )

  it('ends with exit code 1 when the app throws, and shows its stack once', async (t) => {
    const program = start(t, 'throws-at-boot.js', { env: { WEB_CONCURRENCY: '4' } })
    assert.equal(await program.ends(), 1)
    assert.equal(program.output.match(/throws-at-boot\.js:3:32/g)?.length, 1)
    assert.match(program.output, /The first worker did not come up: exit code 1, Error: no database/)
  })

  it('ends with exit code 1 when the app does not listen within bootTimeout', async (t) => {
    const program = start(t, 'server.js', { env: { BOOT_TIME: '60000', OPTIONS: '{"bootTimeout":300}' } })
    assert.equal(await program.ends(), 1)
    assert.match(program.output, /did not come up: killed: not listening after 300 ms/)
  })

  it('ends with exit code 1 when the app ends instead of listening', async (t) => {
    const program = start(t, 'ends-at-boot.js')
    assert.equal(await program.ends(), 1)
    assert.match(program.output, /did not come up: exit code 0/)
  })

  it('refuses a program that is no file', () => {
    const code = "import { clustered } from '@clustered/core'; clustered((q, r) => r.end()).listen(0)"
    const { status, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', code], {
      encoding: 'utf8',
    })
    assert.equal(status, 1)
    assert.match(stderr, /ERR_CLUSTERED_NO_ENTRY/)
  })

  it('tells what is wrong with what it was given', async (t) => {
    const program = start(t, 'bad-target.js')
    assert.equal(await program.ends(), 1)
    assert.match(program.output, /ERR_CLUSTERED_BAD_TARGET/)
    assert.match(program.output, /returned undefined\. Expected: a request listener/)
  })
})

describe('the log', () => {
  it('goes to a logger that is given, or nowhere', async (t) => {
    const given = start(t, 'logger.js', { env: { LOGGER: 'given' } })
    await given.sees(/info: worker 0 \(pid \d+\) is ready after \d+ ms/)
    assert.doesNotMatch(given.output, /\[clustered\]/)
    const none = start(t, 'logger.js', { env: { LOGGER: 'none' } })
    await none.sees(/ready/)
    assert.equal(none.output, 'ready\n')
  })
})

describe('listening', () => {
  it('is honest in the worker: listening, address', async (t) => {
    const program = start(t, 'server.js')
    const port = await program.listens()
    const { listening, address, cluster, balance } = JSON.parse((await get(port, '/server')).body)
    assert.equal(listening, true)
    assert.equal(address.port, port)
    assert.equal(cluster.port, port)
    assert.equal(balance, balances[0])
  })
})
