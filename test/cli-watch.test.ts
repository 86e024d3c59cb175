import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { Desk, plainApp } from './support/desk.ts'
import { get } from './support/http.ts'
import { load, mixedClients } from './support/load.ts'
import { freePort } from './support/port.ts'
import { eventually } from './support/program.ts'

describe('clustered start --watch', () => {
  it('serves each save, loses no request, and shows what is wrong with a broken one', async (t) => {
    const desk = new Desk(t)
    const port = await freePort()
    desk.write('app.js', plainApp('1', "require('./lib/part.js')"))
    desk.write('lib/part.js', '')
    desk.write('node_modules/dependency/index.js', '')
    const child = desk.spawn(['start', 'app.js', '-i', '2', '--watch'], { PORT: String(port) })
    let output = ''
    for (const stream of [child.stdout!, child.stderr!])
      stream.on('data', (text: Buffer) => (output += text.toString()))
    const sees = (text: string): Promise<void> =>
      eventually(() => output.includes(text), `${text} in ${output}`)
    const forget = (): void => {
      output = ''
    }
    await sees('watching')
    const clients = load(mixedClients(2, { port }, {}))

    const saved = Date.now()
    desk.write('app.js', plainApp('2'))
    await eventually(async () => (await get(port)).body === '2', 'the new code serves')
    t.diagnostic(`the new code served ${Date.now() - saved} ms after the save`)
    await sees('app.js has changed')
    await sees('the new code serves')

    forget()
    desk.write('app.js', 'this is no JavaScript')
    await sees('SyntaxError')
    await sees('the last good version goes on serving')
    assert.equal((await get(port)).body, '2')

    forget()
    desk.write('app.js', plainApp('3'))
    await sees('the new code serves')
    for (let asked = 0; asked < 10; asked++) assert.equal((await get(port)).body, '3')

    forget()
    desk.write('lib/part.js', 'globalThis.part = 1')
    await sees('lib/part.js has changed')
    await sees('the new code serves')

    forget()
    desk.write('node_modules/dependency/index.js', '1')
    desk.write('.cache/data.json', '{}')
    desk.write('app.log', 'a line')
    desk.write('app.js', plainApp('4'))
    await sees('the new code serves')
    assert.deepEqual(output.match(/\S+ has changed/g), ['app.js has changed'])

    await clients.stop()
    assert.deepEqual(clients.failures, [])
    t.diagnostic(`${clients.answered} answered, 0 failed`)
    const exit = new Promise((resolve) => child.once('exit', resolve))
    child.kill('SIGTERM')
    assert.equal(await exit, 0)
  })
})
