import assert from 'node:assert/strict'
import { existsSync, mkdirSync, readFileSync, renameSync } from 'node:fs'
import path from 'node:path'
import { describe, it } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { spawnSync } from 'node:child_process'
import { Desk, type Listed, plainApp } from './support/desk.ts'
import { get, pidsOf } from './support/http.ts'
import { load, nodeClients, undiciClients } from './support/load.ts'
import { freePort } from './support/port.ts'
import { eventually, isAlive } from './support/program.ts'

/** Takes a job every 20 ms, finishes the one in hand when it is told to stop, and must never run twice at once. */
const consumer = (version: string): string => `
  const fs = require('fs')
  let stopping = false
  process.on('SIGINT', () => (stopping = true))
  fs.writeFileSync('alone-' + process.pid, '')
  const work = async () => {
    while (!stopping) {
      fs.appendFileSync('jobs.log', '${version} begin ' + process.pid + '\\n')
      await new Promise((resolve) => setTimeout(resolve, 20))
      fs.appendFileSync('jobs.log', '${version} end ' + process.pid + '\\n')
    }
    fs.unlinkSync('alone-' + process.pid)
    process.exit(0)
  }
  work()`

/** A script that ends, and is started each second. */
const script = "require('fs').appendFileSync('cron.log', 'ran ' + process.pid + '\\n')"

const ecosystem = (web: number, api: number): string => `module.exports = {
  apps: [
    { name: 'web', script: 'web.js', exec_mode: 'cluster', instances: 'max', env: { PORT: ${web} } },
    { name: 'api', script: 'api.js', max_memory_restart: '400M', env: { PORT: ${api} } },
    { name: 'queue', script: 'queue.js', kill_timeout: 5000, out_file: 'queue.log' },
    { name: 'cron', script: 'cron.js', autorestart: false, cron_restart: '* * * * * *' },
  ],
}`

describe('a day with an ecosystem file of pm2', () => {
  it('goes through a deploy, a bad one, a crash loop, a log rotation and a reboot', async (t) => {
    const desk = new Desk(t)
    const at = (name: string): string => path.join(desk.project, name)
    const read = (name: string): string => (existsSync(at(name)) ? readFileSync(at(name), 'utf8') : '')
    const [web, api] = [await freePort(), await freePort()]
    desk.write('ecosystem.config.js', ecosystem(web, api))
    desk.write('web.js', plainApp('web 1'))
    desk.write('api.js', plainApp('api 1'))
    desk.write('queue.js', consumer('1'))
    desk.write('cron.js', script)

    const started = await desk.run('start', '--daemon')
    assert.equal(started.code, 0, started.stderr)
    assert.equal(started.stderr, '', 'all of it has a counterpart')
    assert.equal((await get(api)).body, 'api 1')
    const runs = (): number => read('cron.log').split('\n').length - 1
    await eventually(() => runs() >= 3, 'the script runs again and again')
    await eventually(() => read('jobs.log').includes('1 end'), 'jobs are done')

    // A deploy: requests are answered, jobs are finished, and no two consumers run at once.
    desk.write('web.js', plainApp('web 2'))
    desk.write('api.js', plainApp('api 2'))
    desk.write('queue.js', consumer('2'))
    const clients = load([...nodeClients(2, { port: web }, {}), ...undiciClients(2, { port: api }, {})])
    const deployed = await desk.run('reload', 'all')
    await clients.stop()
    assert.equal(deployed.code, 0, deployed.stderr)
    assert.deepEqual(clients.failures, [])
    assert.deepEqual([(await get(web)).body, (await get(api)).body], ['web 2', 'api 2'])
    await eventually(() => read('jobs.log').includes('2 end'), 'the new consumer works')
    const jobs = read('jobs.log').trim().split('\n')
    assert.equal(
      jobs.filter((line) => line.startsWith('1 begin')).length,
      jobs.filter((line) => line.startsWith('1 end')).length,
    )
    const first = jobs.findIndex((line) => line.startsWith('2'))
    assert.ok(
      jobs.slice(first).every((line) => line.startsWith('2')),
      'one after the other',
    )

    // A bad one: it is refused for one, and says so; the rest is reloaded.
    desk.write('api.js', 'throw new Error("bad release")')
    const bad = await desk.run('reload', 'web', 'api')
    assert.equal(bad.code, 1)
    assert.match(bad.stdout, /^web +every slot[^]*api +failed/)
    assert.match(bad.stderr, /bad release/)
    assert.equal((await get(api)).body, 'api 2')
    desk.write('api.js', plainApp('api 2'))

    // A consumer that dies, again and again, is started again and again; nobody else notices.
    desk.write('queue.js', 'setTimeout(() => process.exit(3), 1200)')
    const [queue] = (await desk.json<Listed[]>('list')).filter(({ name }) => name === 'queue')
    process.kill(queue!.workers[0]!.pid, 'SIGKILL')
    await eventually(
      async () => (await desk.json<Listed>('describe', 'queue')).restarts >= 3,
      'it dies three times',
    )
    assert.equal((await get(web)).body, 'web 2')
    desk.write('queue.js', consumer('3'))
    await eventually(() => read('jobs.log').includes('3 end'), 'the good one works')

    // Logs are moved away, as logrotate does, and emptied.
    assert.match((await desk.run('flush')).stdout, /^queue +its logs are empty/m)
    renameSync(at('queue.log'), at('queue.log.1'))
    const restarted = await desk.run('restart', 'queue')
    assert.equal(restarted.code, 0, restarted.stderr)
    assert.ok(existsSync(at('queue.log')), 'a restart opens them anew')

    // The machine goes down, and the units bring all of it up again.
    const units = await desk.run('startup', 'all')
    mkdirSync(at('units'))
    assert.equal(spawnSync('sh', ['-s', '--', at('units')], { input: units.stdout }).status, 0, units.stderr)
    const programs = await desk.json<Listed[]>('list')
    for (const { pid, workers = [] } of programs)
      for (const each of [pid, ...workers.map((worker) => worker.pid)])
        if (isAlive(each)) process.kill(each, 'SIGKILL')
    await eventually(
      async () => (await desk.json<Listed[]>('list')).every(({ state }) => state === 'gone'),
      'all are gone',
    )
    const before = runs()
    for (const name of ['web', 'api', 'queue', 'cron']) {
      const [, command] = /^ExecStart=(.*)$/m.exec(read(`units/${name}.service`))!
      desk.spawn(command!.split(' ').slice(2))
    }
    await eventually(
      // What was remembered of the daemons stands beside them.
      async () => (await desk.json<Listed[]>('list')).filter(({ state }) => state === 'ready').length === 4,
      'all are back',
    )
    assert.ok((await pidsOf(web, 2)).size > 0)
    await eventually(() => runs() > before + 1, 'the script runs again')
    const { stdout } = await desk.run('stop', 'all')
    // They are stopped side by side: who is done first is said first.
    for (const name of ['web', 'api', 'queue', 'cron'])
      assert.match(stdout, new RegExp(`^${name} +has stopped`, 'm'))
  })
})

describe('a job that runs each second', () => {
  it('comes up at whatever part of a second it is started', async (t) => {
    for (let part = 0; part < 1000; part += 100) {
      const desk = new Desk(t)
      desk.write(
        'ecosystem.config.js',
        `module.exports = { name: 'cron', script: 'cron.js', autorestart: false, cron_restart: '* * * * * *' }`,
      )
      desk.write('cron.js', script)
      await sleep((1000 + part - (Date.now() % 1000)) % 1000)
      const { code, stderr } = await desk.run('start', '--daemon')
      assert.equal(code, 0, stderr)
      await desk.run('stop', 'cron')
    }
  })
})
