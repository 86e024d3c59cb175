import assert from 'node:assert/strict'
import { once } from 'node:events'
import http from 'node:http'
import type { Socket } from 'node:net'
import { describe, it } from 'node:test'
import { assertAnswers } from './answers.ts'
import { Apps, type Place } from './apps.ts'
import { get, pidsOf } from './http.ts'
import { type Client, load, nodeClients, undiciClients } from './load.ts'
import { eventually, isAlive } from './program.ts'

/** In ms: longer than anything here takes. */
const drainTimeout = 60_000

/** What every adapter is to do, with an app of each of these frameworks. */
export function conform(names: readonly string[]): void {
  describe(`apps of ${names.join(', ')}`, () => {
    it('serve from each worker, through reloads to the end', async (t) => {
      const options = { workers: 2, admin: 0, checkMaxAge: 0, reload: { soak: 50 }, drainTimeout }
      const apps = await Apps.start(t, names, options)
      const { program, places } = apps
      await program.sees(/listening on/)
      await assertEachServes(apps)
      if (apps.ofOurOwn) await assertChecks(apps)
      const old = program.workers()
      if (apps.ofOurOwn) await assertNoBadReload(apps)

      const clients = load(places.flatMap(clientsOf))
      program.kill('SIGHUP')
      await program.sees(/reload done: every slot is/)
      for (const pid of old) await program.sees(new RegExp(`\\(pid ${pid}.*is gone: drained`))
      await clients.stop()
      assert.deepEqual([...new Set(clients.failures)], [], `${clients.failures.length} failed`)
      assert.ok(clients.answered > 50, `${clients.answered} answered`)
      for (const pid of old) apps.assertClosed(pid)

      if (places.some(({ closes }) => closes)) {
        const since = program.output.length
        program.kill('SIGTTOU')
        const [, spared] = await program.sees(/\(pid (\d+).* is gone: drained/, since)
        apps.assertClosed(Number(spared))
        assert.equal((await get(apps.questions, '/crash')).status, 500)
        const [, crashed] = await program.sees(/\(pid (\d+).* is gone: exit code 1, Error: crashed/)
        apps.assertClosed(Number(crashed))
      }

      const workers = program.workers()
      const answers = await apps.beginRequests()
      program.kill('SIGTERM')
      for (const answer of answers) assert.equal((await answer).body, 'slow')
      assert.equal(await program.ends(), 0)
      assert.deepEqual(workers.filter(isAlive), [])
      for (const pid of workers) {
        apps.assertClosed(pid, 'SIGTERM')
        apps.assertAnsweredFirst(pid)
      }
    })

    it('serve in single mode, shed, tell their routes, and end with no connection left', async (t) => {
      const apps = await Apps.start(t, names, { workers: 0, drainTimeout })
      const { program, places } = apps
      await assertEachServes(apps)
      await assertRoutes(apps)
      await assertEachSheds(apps)
      const agent = new http.Agent({ keepAlive: true })
      t.after(() => agent.destroy())
      const answers = await apps.beginRequests()
      const idle = await Promise.all(places.map((place) => openAndKeep(place, agent)))
      program.kill('SIGTERM')
      for (const answer of answers) assert.equal((await answer).body, 'slow')
      assert.equal(await program.ends(), 0)
      await Promise.all(idle.map(async (socket) => socket.closed || once(socket, 'close')))
      apps.assertClosed(program.pid, 'SIGTERM')
      apps.assertAnsweredFirst(program.pid)
    })
  })
}

/** The app is loaded where it serves only, unless it is given as it is, and answers from each process. */
async function assertEachServes({ program, places }: Apps): Promise<void> {
  const serving = program.workers().length > 0 ? program.workers() : [program.pid]
  const loaded = (pid: number): number => program.output.split(`app loaded in ${pid}\n`).length - 1
  for (const pid of serving) assert.equal(loaded(pid), places.length, 'each worker has loaded each app')
  if (!serving.includes(program.pid))
    assert.equal(loaded(program.pid), places.length / 2, 'the primary has loaded those that it was given')
  for (const { name, port } of places) {
    assert.deepEqual([...(await pidsOf(port, serving.length))].sort(), [...serving].sort(), name)
    await assertAnswers(name, port)
    for (const pid of serving)
      assert.equal(
        program.output.split(`${name} has a Server, listening: false, in ${pid}\n`).length - 1,
        1,
        `${name}: onServer is called once`,
      )
  }
}

/** Requests are counted under the route that the app was given, where its framework knows it. */
async function assertRoutes(apps: Apps): Promise<void> {
  for (const { name, port, route } of apps.places) {
    const before = await apps.routes()
    await get(port, '/users/ada')
    const after = await apps.routes()
    const grown = [...after].filter(([known, count]) => known && count > (before.get(known) ?? 0))
    assert.deepEqual(grown, route ? [[route, (before.get(route) ?? 0) + 1]] : [], name)
  }
}

/** The checks of an adapter count, on the admin port as on the app's own. */
async function assertChecks(apps: Apps): Promise<void> {
  const [, port] = await apps.program.sees(/admin server at http:\S+:(\d+)/)
  const ports = [Number(port), apps.ofOurOwn!.port]
  const becomes = async (status: number): Promise<void> => {
    for (const asked of ports)
      await eventually(async () => (await get(asked, '/readyz')).status === status, `${status} at ${asked}`)
  }
  await becomes(200)
  await apps.withFault('check', () => becomes(503))
  await becomes(200)
}

/** An app that cannot begin stops a reload; those that serve go on. */
async function assertNoBadReload(apps: Apps): Promise<void> {
  const { program } = apps
  const serving = program.workers()
  await apps.withFault('begin', async () => {
    program.kill('SIGHUP')
    await program.sees(/Reload stopped: .*Error: not begun, as told/)
  })
  assert.deepEqual([...(await pidsOf(apps.ofOurOwn!.port, 2))].sort(), [...serving].sort())
}

const later = { path: '/later?ms=2', expect: 'later' }
const body = Buffer.alloc(16_384, 'x')
const echo = { method: 'POST', path: '/echo', body, expect: body.toString() }

function clientsOf({ name, port }: Place): Client[] {
  const clients = [...nodeClients(1, { port }, echo), ...undiciClients(1, { port }, later)]
  return clients.map(
    (client) => () =>
      client().catch((error: unknown) => {
        throw new Error(`${name}: ${String(error)}`)
      }),
  )
}

/** @returns the connection, which is idle. It must have the server's own time, if that is Clustered's. */
async function openAndKeep({ name, port, ownServer }: Place, agent: http.Agent): Promise<Socket> {
  const request = http.get({ host: '127.0.0.1', port, path: '/pid', agent })
  const [response] = (await once(request, 'response')) as [http.IncomingMessage]
  const { socket } = response
  socket.on('error', (error) => assert.fail(`${name}: ${error}`))
  response.resume()
  await once(response, 'end')
  if (!ownServer) assert.equal(response.headers['keep-alive'], 'timeout=1', name)
  return socket
}

/** One request at a time, and no other is harmed; there is room again when its client has gone. */
async function assertEachSheds(apps: Apps): Promise<void> {
  const { program, places } = apps
  const before = apps.count('slow request begins')
  const endless = places.map(({ port }) =>
    http.get({ host: '127.0.0.1', port, path: '/few?ms=600000', agent: false }),
  )
  for (const request of endless) request.on('error', () => {})
  const have = (): boolean => apps.count('slow request begins') === before + places.length
  await program.until(have, `${places.length} endless requests`)
  for (const { name, port } of places) {
    const { status, headers } = await get(port, '/few')
    assert.deepEqual([status, headers['retry-after']], [503, '7'], name)
    assert.equal((await get(port, '/pid')).status, 200, name)
    assert.equal((await get(port, '/readyz')).body, 'yes\n', name)
  }
  for (const request of endless) request.destroy()
  for (const { name, port } of places)
    await eventually(async () => (await get(port, '/few?ms=0')).status === 200, `room in ${name}`)
}
