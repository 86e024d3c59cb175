import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import path from 'node:path'
import { before, describe, it, type TestContext } from 'node:test'
import { parse } from 'yaml'
import { fromEnvironment } from '@clustered/core/options'
import { asService, bytes, problemsOf, type Service } from './container/compose.ts'
import { Container, hasContainers, type RunOptions } from './container/container.ts'
import { hasControlGroups } from './container/control-group.ts'
import type { Image } from './container/image.ts'
import { lint } from './container/lint.ts'
import { buildShop } from './container/shop.ts'
import { get } from './support/http.ts'
import { load, mixedClients, nodeClients } from './support/load.ts'
import { freePort } from './support/port.ts'
import { eventually, isAlive } from './support/program.ts'
import { samples } from './support/samples.ts'
import { temporaryFolder } from './support/temporary-folder.ts'

const [dockerfile = '', ending = ''] = samples('deploy/docker.md', 'dockerfile')
const [whole, onVolume] = samples('deploy/docker.md', 'yaml').map((text) => parse(text) as Compose)
const { shop } = whole!.services

interface Compose {
  services: { shop: Service }
}

describe('the samples of docs/deploy/docker.md', () => {
  it('are Dockerfiles in which nothing is wrong', () => {
    assert.deepEqual(lint(dockerfile), [])
    assert.deepEqual(lint(dockerfile.slice(0, dockerfile.indexOf('HEALTHCHECK')) + ending), [])
  })

  it('are compose files by their schema, with time for a drain and room for a recycle', () => {
    assert.deepEqual([whole, onVolume].map(problemsOf), [[], []])
    assert.equal(problemsOf({ services: { shop: { ...shop, stop_grace: '1s' } } }).length, 1)
    const given = fromEnvironment(shop.environment!)
    const [drain, share] = [given.get('drainTimeout') as number, given.get('maxMemory') as number]
    assert.ok(Number.parseInt(shop.stop_grace_period!, 10) > drain / 1000 + 2)
    assert.ok((shop.cpus! + 1) * share < 1)
  })
})

describe(
  'the image of docs/deploy/docker.md',
  { skip: !hasContainers && 'needs Linux, root and tini' },
  () => {
    let home: string
    let image: Image
    let byCommand: Image

    before(async () => {
      home = temporaryFolder()
      ;({ image, byCommand } = await buildShop(home))
    })

    /** Runs it on ports of its own, until it is healthy. */
    async function run(t: TestContext, of: Image, options: RunOptions = {}): Promise<[Container, number]> {
      const [port, admin] = [await freePort(), await freePort()]
      const environment = { ...options.environment, PORT: String(port), CLUSTERED_ADMIN: String(admin) }
      const container = new Container(t, of, { ...options, environment })
      await container.program.listens()
      await eventually(() => container.isHealthy(), 'it is healthy')
      return [container, port]
    }

    it('has what the app needs, and no more', () => {
      const app = path.join(image.root, 'app')
      assert.deepEqual(readdirSync(app).sort(), [
        'built',
        'node_modules',
        'package-lock.json',
        'package.json',
        'server.js',
      ])
      const has = (name: string) => existsSync(path.join(app, 'node_modules', name))
      assert.deepEqual(['@clustered/core', 'is-number', 'of-the-desk'].map(has), [true, false, false])
      assert.equal(statSync(path.join(app, 'server.js')).uid, 0)
      assert.deepEqual([image.user.uid, image.stopSignal], [1000, 'SIGTERM'])
    })

    it('is reloaded and stopped by signals to PID 1, which is the primary', async (t) => {
      const [container, port] = await run(t, image)
      assert.deepEqual(container.processes()[0], 'node server.js')
      assert.equal((await get(port, '/user')).body, '1000 1000')
      assert.equal((await get(port, '/write')).body, 'EACCES')
      const clients = load(mixedClients(3, { port }, { expect: 'hello' }))
      await eventually(() => clients.answered > 20, 'requests are answered')
      container.kill('SIGHUP')
      await container.program.sees(/reload done/)
      await clients.stop()
      assert.deepEqual(clients.failures, [])

      // Node.js waits for its own children only.
      const orphan = (await get(port, '/orphan')).body
      await eventually(
        async () => (await container.exec('ps', '-o', 'stat=', orphan)).output[0] === 'Z',
        'a zombie',
      )

      const slow = get(port, '/slow')
      await container.program.sees(/slow request begins/)
      container.stop()
      await eventually(async () => !(await container.isHealthy()), 'it is not ready')
      assert.equal((await slow).body, 'slow')
      assert.equal(await container.program.ends(), 0)
    })

    it('runs as its compose file says: read-only, without privileges, limited, below an init', async (t) => {
      const [container, port] = await run(t, byCommand, asService(shop))
      const [first, second] = container.processes()
      assert.match(first!, /^tini /)
      assert.match(second!, /^node \S+clustered start server\.js$/)
      assert.equal((await get(port, '/write')).body, 'EROFS')
      assert.match(
        (await container.exec('grep', '-E', 'NoNewPrivs|CapBnd', '/proc/self/status')).output,
        /^NoNewPrivs:\s+1$[^]*^CapBnd:\s+0+$|^CapBnd:\s+0+$[^]*^NoNewPrivs:\s+1$/m,
      )

      const orphan = (await get(port, '/orphan')).body
      await eventually(async () => (await container.exec('ps', '-p', orphan)).code === 1, 'it is gone')

      const clients = load(mixedClients(3, { port }, { expect: 'hello' }))
      await eventually(() => clients.answered > 20, 'requests are answered')
      const reload = await container.exec('clustered', 'reload', 'shop')
      assert.equal(reload.code, 0, reload.output)
      container.kill('SIGHUP')
      await container.program.sees(/reload to generation 3[^]*reload done/)
      await clients.stop()
      assert.deepEqual(clients.failures, [])

      container.stop()
      assert.equal(await container.program.ends(), 0)
    })

    it('swallows signals with a shell as PID 1, and ends with all its processes when that is killed', async (t) => {
      const [container, port] = await run(t, image, { command: ['/bin/sh', '-c', 'node server.js'] })
      const workers = container.pids().slice(2)
      assert.equal(workers.length, 2)
      container.stop()
      assert.equal(
        await container.isHealthy(),
        true,
        'a primary that is told to stop is not ready from then on',
      )
      const slow = assert.rejects(get(port, '/slow'))
      await container.program.sees(/slow request begins/)
      container.kill()
      await slow
      // Docker says 137, which unshare cannot.
      assert.notEqual(await container.program.ends(), 0)
      await eventually(() => workers.every((pid) => !isAlive(pid)), 'no worker drains')
    })

    it('is cut off at SIGTERM with npm as PID 1', async (t) => {
      const [container, port] = await run(t, image, { command: ['npm', 'start'] })
      const slow = assert.rejects(get(port, '/slow'))
      await container.program.sees(/slow request begins/)
      container.stop()
      await slow
      assert.equal(await container.program.ends(), 1)
      assert.doesNotMatch(container.program.output, /drains/)
    })

    for (const [init, end] of [
      [false, 'ignores SIGTERM before it listens'],
      [true, 'is ended by SIGTERM before it listens, below an init'],
    ] as const)
      it(end, async (t) => {
        const container = new Container(t, image, { init, environment: { CONNECTING: 'yes' } })
        await container.program.sees(/connecting/)
        container.stop()
        if (init) assert.equal(await container.program.ends(), 143)
        else assert.equal((await container.exec('true')).code, 0)
      })

    it('serves without a writable folder, and ends with 137 when its primary is killed below an init', async (t) => {
      const [container] = await run(t, image, { init: true, readOnly: true })
      assert.match(container.program.output, /no control socket/)
      process.kill(container.pids()[1]!, 'SIGKILL')
      assert.equal(await container.program.ends(), 137)
    })

    describe('with limits', { skip: !hasControlGroups && 'needs control groups' }, () => {
      it('loses a worker to the OOM killer, and no more', async (t) => {
        const [container, port] = await run(t, image, asService({ ...shop, mem_limit: '400m' }))
        const heap = Math.floor(((bytes('400m') / 1024 ** 2) * 0.75) / 2)
        assert.equal((await get(port, '/heap')).body.match(/size=(\d+)/)?.[1], String(heap))
        const clients = load(nodeClients(4, { port }, { expect: 'hello' }, false))
        await get(port, '/eat')
        await container.program.sees(/is gone: killed by SIGKILL[^]*is ready after/)
        await clients.stop()
        t.diagnostic(`${clients.failures.length} of ${clients.answered} requests failed`)
        assert.equal(await container.isHealthy(), true)
      })

      it('has as many workers as whole CPUs', async (t) => {
        const [container] = await run(t, image, asService({ ...shop, cpus: 1.5 }))
        assert.match(container.program.output, /listening on \S+, 1 worker,/)
      })
    })

    it('gets new code by HUP where releases are on a volume', async (t) => {
      const shopFolder = path.join(home, 'srv/shop')
      const app = path.join(image.root, 'app')
      for (const name of ['1', '2']) {
        const release = path.join(shopFolder, 'releases', name)
        mkdirSync(release, { recursive: true })
        symlinkSync('/app/node_modules', path.join(release, 'node_modules'))
        copyFileSync(path.join(app, 'package.json'), path.join(release, 'package.json'))
        const code = readFileSync(path.join(app, 'server.js'), 'utf8').replace("'hello'", `'${name}'`)
        writeFileSync(path.join(release, 'server.js'), code)
      }
      const deploy = (name: string) =>
        execFileSync('ln', ['-sfn', `releases/${name}`, path.join(shopFolder, 'current')])
      deploy('1')
      const { working_dir: folder, command, init, user, volumes } = onVolume!.services.shop
      const [from, where] = volumes![0]!.split(':')
      assert.deepEqual([from, where, user], [folder, folder, 'node'])
      const [container, port] = await run(t, image, {
        volumes: { [where!]: shopFolder },
        folder,
        command,
        init,
      })
      const clients = load(mixedClients(2, { port }, { expect: /^[12]$/ }))
      assert.equal((await get(port)).body, '1')
      deploy('2')
      container.kill('SIGHUP')
      await container.program.sees(/reload done/)
      assert.equal((await get(port)).body, '2')
      await clients.stop()
      assert.deepEqual(clients.failures, [])
    })
  },
)
