import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import http from 'node:http'
import { describe, it, type TestContext } from 'node:test'
import { hangTimeout } from './support/load.ts'
import { freePort } from './support/port.ts'
import { type Program, start } from './support/program.ts'
import { supervise } from './support/supervised.ts'

/** Has one worker, the same each time, run code. */
type Run = (code: string) => Promise<string>

function oneWorker(t: TestContext, port: number): Run {
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 })
  t.after(() => agent.destroy())
  return (code) =>
    new Promise((resolve, reject) => {
      const request = http.request({ port, agent, method: 'POST', path: '/' }, (response) => {
        let body = ''
        response.setEncoding('utf8').on('data', (text: string) => (body += text))
        response.on('error', reject).on('end', () => resolve(body))
      })
      request.setTimeout(hangTimeout, () => request.destroy(new Error('hung')))
      request.on('error', reject).end(code)
    })
}

/** One for each of two workers. */
async function twoWorkers(t: TestContext, port: number): Promise<[Run, Run]> {
  const one = oneWorker(t, port)
  const pid = await one('return process.pid')
  for (let tries = 0; tries < 200; tries++) {
    const other = oneWorker(t, port)
    if ((await other('return process.pid')) !== pid) return [one, other]
  }
  throw new Error('no second worker answers')
}

/** Waits until all of them have logged that. */
async function all(program: Program, who: (string | number)[], text: string): Promise<void> {
  for (const name of who)
    await program.until(() => program.output.includes(`${name} ${text}\n`), `${name} ${text}`)
}

function residentMemory(pid: number): number {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))![1]) * 1024
}

describe('messages', () => {
  it('reach every process that subscribes', async (t) => {
    const program = start(t, 'messages.js', { env: { AWAITS: '1' } })
    const port = await program.listens()
    const workers = program.workers()
    const everybody = ['primary', ...workers]
    const worker = oneWorker(t, port)

    await t.test('before a process listens', async () => {
      for (const pid of workers) await all(program, ['primary'], `got boot: ${pid}`)
    })
    await t.test('from a worker, its own process included', async () => {
      await worker(`publish('all', 'from a worker')`)
      await all(program, everybody, `got all: 'from a worker'`)
    })
    await t.test('from the primary', async () => {
      program.child.send(`publish('all', 'from the primary')`)
      await all(program, everybody, `got all: 'from the primary'`)
    })
    await t.test('from another copy of the package', async () => {
      await worker(`
        const other = otherCopy()
        other.subscribe('all', (data) => log('other copy got ' + data))
        await other.publish('all', 'from a copy')`)
      await all(program, everybody, `got all: 'from a copy'`)
      await all(program, [await worker('return process.pid')], 'other copy got from a copy')
    })
    await t.test('with all that structuredClone copies', async () => {
      await worker(`
        const data = { map: new Map([['a', 1n]]), at: new Date(0), bytes: Buffer.from('hi'), none: undefined }
        data.self = data
        publish('all', data)`)
      const copy = `<ref *1> { map: Map(1) { 'a' => 1n }, at: 1970-01-01T00:00:00.000Z, bytes: <Buffer 68 69>, none: undefined, self: [Circular *1] }`
      await all(program, everybody, `got all: ${copy}`)
    })
    await t.test('as long as they subscribe', async () => {
      await worker(`
        const end = logs('some')
        await publish('some', 1)
        end()
        end()
        await publish('some', 2)
        logs('some')
        await publish('some', 3)`)
      const pid = await worker('return process.pid')
      await all(program, [pid], 'got some: 3')
      assert.ok(program.output.includes(`${pid} got some: 1\n`))
      assert.ok(!program.output.includes('got some: 2'))
    })
    for (const [what, call, code, says] of [
      ['a function', `publish('all', () => {})`, 'BAD_MESSAGE', /cannot be sent, as .*could not be cloned/],
      ['a symbol in it', `publish('all', { a: Symbol() })`, 'BAD_MESSAGE', /structuredClone/],
      ['too much', `publish('all', 'x'.repeat(1024 ** 2))`, 'BAD_MESSAGE', /Allowed: 1048576/],
      ['no topic', `publish(undefined, 1)`, 'BAD_MESSAGE', /the topic is undefined.*1 to 1024/],
      ['no listener', `subscribe('all')`, 'BAD_MESSAGE', /listener for 'all' is undefined/],
      ['too many', `for (;;) publish('none', 'x'.repeat(1000))`, 'TOO_MANY_MESSAGES', /8388608 bytes/],
    ] as const)
      await t.test(`or there is an error: ${what}`, async () => {
        const error = await worker(call)
        assert.match(error, new RegExp(`^ERR_CLUSTERED_${code}: `))
        assert.match(error, says)
      })
    await t.test('also after a listener that throws, which ends what any uncaught error does', async () => {
      const pid = await worker(`
        subscribe('boom', () => { throw new Error('as told') })
        logs('boom')
        return process.pid`)
      await worker(`await publish('boom', 1)`)
      await all(program, [pid], 'got boom: 1')
      await program.sees(new RegExp(`pid ${pid}.* crashed, Error: as told`))
      program.child.send(`
        subscribe('calm', () => { throw new Error('in the primary') })
        logs('calm')
        publish('calm', 1)`)
      await all(program, ['primary'], 'got calm: 1')
      await program.sees(/a listener for 'calm' failed; the cluster goes on\. Error: in the primary/)
    })
  })

  it('arrive once and in order while workers come and go, to and from those that drain', async (t) => {
    const program = start(t, 'messages.js', {
      env: {
        FLOW: '1',
        KEEP_ALIVE_TIMEOUT: '300',
        OPTIONS: JSON.stringify({ workers: 2, drainTimeout: 60_000, reload: { surge: 2, soak: 50 } }),
      },
    })
    const port = await program.listens()
    const worker = oneWorker(t, port)
    const asked = worker(`
      log('waits')
      const freed = await new Promise((resolve) => subscribe('free', resolve))
      await publish('all', 'freed by ' + freed)
      return process.pid`)
    await program.sees(/ waits\n/)
    for (let reload = 1; reload <= 2; reload++) {
      const since = program.output.length
      program.kill('SIGHUP')
      await program.sees(/reload done/, since)
    }
    const fresh = await oneWorker(t, port)(`publish('free', process.pid); return process.pid`)
    await all(program, [fresh, 'primary', await asked], `got all: 'freed by ${fresh}'`)
    program.kill('SIGTERM')
    assert.equal(await program.ends(), 0)
    assert.doesNotMatch(program.output, /wrong/)
    // The last word of each.
    assert.equal(program.output.match(/primary got bye/g)?.length, 6)
    const received = [...program.output.matchAll(/ received (\d+) from (\d+)/g)]
    assert.equal(received.length, 7)
    for (const [, count, senders] of received) assert.ok(Number(count) > 10 && Number(senders) >= 2)
  })

  it('do not wait for a worker that does not read, nor are kept for it without bound', async (t) => {
    const program = start(t, 'messages.js', {
      env: { OPTIONS: JSON.stringify({ workers: 2, balance: 'round-robin' }) },
    })
    const port = await program.listens()
    const [reads, stands] = await twoWorkers(t, port)
    const pid = Number(await stands('return process.pid'))
    for (const worker of [reads, stands])
      await worker(`
        let [last, count] = [-1, 0]
        subscribe('flood', ({ number }) => {
          if (number <= last) log('wrong: ' + number + ' after ' + last)
          last = number
          count++
        })
        logs('after')
        subscribe('count', () => log('got ' + count))`)
    const before = residentMemory(program.pid)
    process.kill(pid, 'SIGSTOP')
    // Eight times what may wait.
    await reads(`
      const text = 'x'.repeat(48 * 1024)
      for (let number = 0; number < 1024; number++) await publish('flood', { number, text })`)
    const grown = residentMemory(program.pid) - before
    await reads(`publish('count', 0)`)
    await all(program, [await reads('return process.pid')], 'got 1024')
    await program.sees(new RegExp(`pid ${pid}.*: \\d+ messages? for it w(as|ere) dropped`))
    process.kill(pid, 'SIGCONT')
    await stands(`publish('count', 0)`)
    const [, count] = await program.sees(new RegExp(`${pid} got (\\d+)\n`))
    assert.ok(Number(count) < 512, `${count} of 1024`)
    assert.ok(grown < 48 * 1024 ** 2, `the primary has grown by ${grown} bytes`)
    await reads(`publish('after', 1)`)
    await all(program, [pid], 'got after: 1')
    assert.doesNotMatch(program.output, /wrong/)
  })

  it('work in single mode, and in a program that is supervised', async (t) => {
    const single = start(t, 'messages.js', { env: { OPTIONS: '{"workers":0}' } })
    await oneWorker(t, await single.listens())(`publish('all', 'alone')`)
    await all(single, [single.pid], `got all: 'alone'`)

    const PORT = await freePort()
    const program = supervise(t, '../messages.js', { PORT, SUPERVISED: 1 })
    await program.listens()
    await oneWorker(t, PORT)(`publish('all', 'supervised')`)
    await all(program, program.workers(), `got all: 'supervised'`)
  })
})
