import assert from 'node:assert/strict'
import { availableParallelism } from 'node:os'
import { describe, it } from 'node:test'
import { Desk, type Listed, plainApp } from './support/desk.ts'
import { get, pidsOf } from './support/http.ts'
import { load, nodeClients } from './support/load.ts'
import { freePort } from './support/port.ts'
import { eventually, isAlive } from './support/program.ts'
import { Terminal } from './support/terminal.ts'

describe("a pm2 user's day, in a terminal", () => {
  it('goes as it always has, and loses no request', async (t) => {
    const desk = new Desk(t)
    const port = await freePort()
    desk.write('app.js', plainApp('version 1'))
    const terminal = new Terminal(t, desk, { PORT: String(port) })
    const command = async (line: string, code = 0): Promise<string> => {
      const ran = await terminal.run(line)
      assert.equal(ran.code, code, `${line}: ${ran.output}`)
      return ran.output
    }

    await command('clustered start app.js -i 1 --daemon')
    assert.match(await command('clustered list'), /app +ready +1\/1/)
    assert.equal((await get(port, '/log')).body, 'version 1')
    assert.match(await command('clustered logs app'), /app \|.* \{"message":"a line","version":"version 1"\}/)
    await command('clustered delete app')
    assert.match(
      await command('clustered list'),
      /Nothing runs\. To start a program: clustered start app\.js/,
    )

    await command('clustered start app.js -i 2 --kill-timeout 12000 --daemon')
    assert.equal((await pidsOf(port, 2)).size, 2)
    assert.match(await command('clustered describe app'), /drain timeout +12000 ms/)

    const clients = load(nodeClients(4, { port }, { path: '/pid' }, false))
    const check = get(port, '/check')
    desk.write('app.js', plainApp('version 2'))
    const reload = await command('clustered reload app')
    assert.match(
      reload,
      /slot 0.*is ready[^]*slot 1.*is ready[^]*done: every slot of app \(2\) runs generation 2/s,
    )
    assert.equal((await get(port)).body, 'version 2')
    const { status, body } = await check
    assert.equal(status, 200)
    assert.match(body, /^checked by \d+$/)

    assert.match(await command('clustered scale app 4'), /app: 4 workers \(2 before\)/)
    assert.match(await command('clustered scale app +1'), /app: 5 workers/)
    assert.match(await command('clustered scale app -3'), /app: 2 workers/)
    await clients.stop()
    assert.deepEqual(clients.failures, [])
    assert.ok(clients.answered > 100, `${clients.answered} answered`)
    t.diagnostic(`${clients.answered} answered, ${clients.failures.length} failed`)

    await command('clustered delete app')
    await command('clustered start app.js -i max --daemon')
    assert.match(
      await command('clustered list'),
      new RegExp(` ${availableParallelism()}/${availableParallelism()} `),
    )
    const [listed] = await desk.json<Listed[]>('list')
    await terminal.close()
    assert.equal((await get(port)).body, 'version 2', 'it outlives its terminal')
    assert.equal((await desk.run('delete', 'app')).code, 0)
    await eventually(() => ![listed!.pid, ...listed!.workers.map(({ pid }) => pid)].some(isAlive), 'all gone')
  })

  it('runs in the foreground as well: Ctrl-C ends it', async (t) => {
    const desk = new Desk(t)
    const port = await freePort()
    desk.write('app.js', plainApp('version 1'))
    const terminal = new Terminal(t, desk, { PORT: String(port) })
    terminal.type('clustered start app.js -i 2; echo "<$?>"\n')
    await terminal.sees(/listening on .*, 2 workers/)
    const answer = get(port, '/check')
    await eventually(async () => {
      const [program] = await desk.json<Listed[]>('list')
      return program?.workers.some(({ vitals }) => vitals?.inFlight === 1) ?? false
    }, 'the request is under way')
    terminal.type('\u0003')
    await terminal.sees(/<0>/)
    assert.equal((await answer).status, 200)
    assert.deepEqual(desk.sockets, [])
  })
})
