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

/** Writes JSON in every way in which apps do, each time with something else in it. */
const writesAtBoot = `
const fs = require('fs')
const text = () => JSON.stringify({ now: process.hrtime.bigint().toString(), pid: process.pid })
fs.mkdirSync('data', { recursive: true })
fs.writeFileSync('data/db.json', text())
fs.writeFile('data/callback.json', text(), () => {})
import('node:fs/promises').then(async ({ writeFile, rename, rm }) => {
  await writeFile('data/new-' + process.pid + '.json', text())
  await rename('data/new-' + process.pid + '.json', 'data/renamed.json')
  await writeFile('data/short.json', text())
  await rm('data/short.json', { force: true })
})
fs.createWriteStream('data/stream.json').end(text())
fs.appendFileSync('data/' + process.pid + '.json', text())
`

describe('clustered start --watch, of an app that writes files', () => {
  it('reloads once for a save, and for every save', async (t) => {
    const desk = new Desk(t)
    const port = await freePort()
    desk.write('app.js', plainApp('0', writesAtBoot))
    const child = desk.spawn(
      ['start', 'app.js', '-i', '2', '--watch', '--ignore', 'generated/**', '--ignore', '*.gen.js'],
      { PORT: String(port) },
    )
    let output = ''
    for (const stream of [child.stdout!, child.stderr!])
      stream.on('data', (text: Buffer) => (output += text.toString()))
    const count = (text: string): number => output.split(text).length - 1
    const sees = (condition: () => boolean | Promise<boolean>, what: string): Promise<void> =>
      eventually(condition, what).catch((error: Error) => assert.fail(`${error.message}, in ${output}`))
    await sees(() => output.includes('watching'), 'watching')
    await get(port)

    for (let version = 1; version <= 5; version++) {
      desk.write('generated/a/routes.js', String(version))
      desk.write('src/types.gen.js', String(version))
      desk.write('app.js', plainApp(String(version), writesAtBoot))
      await sees(() => count('has changed') === version, `save ${version} is seen`)
      // The next save comes while this one's reload is under way.
      await sees(async () => (await get(port)).body === String(version), `version ${version}`)
    }
    // Saves that come during a reload are one for the next, and one that is half written is no good version.
    const reloads = (): number => count('reload to generation')
    const ended = (): number => count('reload done') + count('Reload stopped')
    await sees(() => reloads() === ended(), 'the last reload ends')
    assert.equal(count('has changed'), 5, output)
    assert.ok(reloads() <= 5, output)
    await sees(async () => (await get(port)).body === '5', 'the last save, from every worker')

    // What the app writes can be saved by somebody else all the same.
    const before = reloads()
    desk.write('data/db.json', '{ "by": "hand" }')
    await sees(() => output.includes('data/db.json has changed'), 'a save of data')
    await sees(() => reloads() === before + 1 && reloads() === ended(), 'its reload ends')
    assert.equal(count('has changed'), 6, output)
    const exit = new Promise((resolve) => child.once('exit', resolve))
    child.kill('SIGTERM')
    assert.equal(await exit, 0)
  })
})
