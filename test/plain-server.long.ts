import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { Desk, type Listed, plainApp } from './support/desk.ts'
import { get } from './support/http.ts'
import { freePort } from './support/port.ts'
import { eventually } from './support/program.ts'

const page = readFileSync(fileURLToPath(new URL('../../docs/deploy/plain.md', import.meta.url)), 'utf8')

/** What cron runs, by when it does. */
function crontab(): Map<string, string> {
  const [, table = ''] = /^```\n(PATH=[^]*?)^```$/m.exec(page) ?? []
  return new Map(
    [...table.matchAll(/^(@reboot|(?:\S+ ){4}\S+)  (.*)$/gm)].map(([, when, command]) => [when!, command!]),
  )
}

it('a program is started, and started again, by the crontab of the documents', async (t) => {
  const desk = new Desk(t)
  const port = await freePort()
  desk.write('server.js', plainApp('1'))
  const commands = crontab()
  const run = (when: string): number | null =>
    spawnSync('/bin/sh', ['-c', commands.get(when)!.replaceAll('/srv/shop/current', desk.project)], {
      // Little more than cron's own.
      env: { ...desk.env, PWD: undefined, PORT: String(port) },
      cwd: '/',
    }).status
  assert.equal(run('@reboot'), 0)
  assert.equal((await get(port)).body, '1')
  const [shop] = await desk.json<Listed[]>('list')

  assert.equal(run('*/5 * * * *'), 0)
  assert.equal((await desk.json<Listed[]>('list'))[0]!.pid, shop!.pid, 'it runs, and stays')
  process.kill(shop!.pid, 'SIGKILL')
  await eventually(async () => (await desk.run('health', 'shop')).code === 3, 'it is gone')
  assert.equal(run('*/5 * * * *'), 0)
  assert.equal((await get(port)).body, '1')
  desk.write('server.js', plainApp('2'))
  assert.equal((await desk.run('reload', 'shop')).code, 0)
  assert.equal((await get(port)).body, '2')
  assert.equal((await desk.run('delete', 'shop')).code, 0)
})
