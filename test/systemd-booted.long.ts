import assert from 'node:assert/strict'
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { after, afterEach, before, beforeEach, describe, it } from 'node:test'
import { BootedSystemd, units, unitsInside, whyNoSystemd } from './support/booted-systemd.ts'
import { get, pidsOf } from './support/http.ts'
import { load, type Load, mixedClients, nodeClients } from './support/load.ts'
import { filesOf } from './support/page-files.ts'
import { freePort } from './support/port.ts'
import { eventually } from './support/program.ts'

const page = filesOf('deploy/systemd.md')
const main = 'current/node_modules/@clustered/cli/dist/main.js'

/** What it answers is its version; it says so late, so that a stop meets requests under way. */
const listener = `(request, response) => {
  if (request.url === '/pid') return response.end(String(process.pid))
  if (request.url === '/long') return setTimeout(() => response.end('long'), 3000)
  setTimeout(() => response.end('answered'), 10)
}`

const clusteredApp = (extra = '') => `
const http = require('node:http')
const { clustered } = require('@clustered/core')
${extra}
const app = clustered(() => http.createServer(${listener}), { workers: 2, drainTimeout: 5000, reload: { soak: 50 } })
const cluster = app.listen(process.env.WHERE ? JSON.parse(process.env.WHERE) : Number(process.env.PORT))
if (process.env.FILE) app.listen(process.env.FILE)
process.on('SIGPROF', () => { if (cluster.role === 'primary') for (;;); })
`

const plainApp = (extra = '') => `
const http = require('node:http')
${extra}
http.createServer(${listener}).listen(Number(process.env.PORT))
`

const broken = "if (require('node:cluster').isWorker) throw new Error('no database')"

describe('a service of systemd', { skip: whyNoSystemd() }, () => {
  let machine: BootedSystemd
  let port: number
  let releases = 0

  /** Files of the page, but for the port, and what is added to some. */
  function install(names: readonly string[], added: Record<string, string> = {}): void {
    for (const name of names) {
      const text = page.get(`${units}/${name}`)
      assert.ok(text, `the page has ${name}`)
      machine.install(name, text.replaceAll(/(PORT|ListenStream)=8000/g, `$1=${port}`))
    }
    for (const [unit, text] of Object.entries(added)) machine.install(`${unit}.d/added.conf`, text)
    machine.run('systemctl', 'daemon-reload')
  }

  /** A deploy: the next release, and the link. */
  function deploy(files: Record<string, string>): void {
    const release = path.join(machine.shop, 'releases', String(++releases))
    const modules = path.join(release, 'node_modules/@clustered')
    mkdirSync(modules, { recursive: true })
    for (const name of ['core', 'cli'])
      symlinkSync(`/srv/clustered/packages/${name}`, path.join(modules, name))
    for (const [name, text] of Object.entries(files)) writeFileSync(path.join(release, name), text)
    const link = path.join(machine.shop, 'current')
    rmSync(link, { force: true })
    symlinkSync(`releases/${releases}`, link)
  }

  function clients(): Load {
    return load(mixedClients(2, { port }, { expect: 'answered' }))
  }

  async function none(failed: Load): Promise<number> {
    await failed.stop()
    assert.deepEqual(failed.failures, [])
    assert.ok(failed.answered > 20)
    return failed.answered
  }

  const state = (unit: string): string[] =>
    ['ActiveState', 'SubState', 'Result'].map((property) => machine.show(unit, property))
  const status = (unit: string): string => machine.show(unit, 'StatusText')

  before(async () => {
    machine = await BootedSystemd.boot()
    port = await freePort()
  })
  beforeEach(() => deploy({ 'server.js': clusteredApp(), 'app.js': plainApp() }))
  afterEach(() => machine.clear())
  after(() => machine.end())

  it('has units that systemd finds no fault with', (t) => {
    // The systemd of this machine may be older than that.
    install(
      [...page.keys()]
        .map((file) => path.relative(units, file))
        .filter((name) => !name.endsWith('reload.conf')),
    )
    for (const unit of ['shop.service', 'plain-shop.service', 'shop.socket']) {
      const {
        stdout,
        stderr,
        status: code,
      } = machine.tryRun('systemd-analyze', 'verify', `${unitsInside}/${unit}`)
      assert.deepEqual([code, stdout + stderr], [0, ''])
    }
    const exposure = machine.tryRun(
      'systemd-analyze',
      'security',
      '--offline=true',
      `${unitsInside}/shop.service`,
    ).stdout
    t.diagnostic(/Overall exposure.*/.exec(exposure)![0])
  })

  it('is active when every worker is ready, and its reload ends with the reload', async () => {
    install(['shop.service'])
    machine.run('systemctl', 'start', 'shop')
    assert.deepEqual(state('shop'), ['active', 'running', 'success'])
    assert.equal(status('shop'), 'ready: 2 of 2 workers')
    assert.equal((await pidsOf(port, 2)).size, 2)
    const asking = clients()
    deploy({ 'server.js': clusteredApp(), 'app.js': plainApp() })
    assert.equal(await machine.runLong('systemctl', 'reload', 'shop'), 0)
    assert.equal(status('shop'), 'ready: 2 of 2 workers; generation 2')
    deploy({ 'server.js': clusteredApp(broken), 'app.js': plainApp(broken) })
    assert.equal(await machine.runLong('systemctl', 'reload', 'shop'), 0)
    assert.match(status('shop'), /^ready: 2 of 2 workers; Reload stopped: .*no database/)
    deploy({ 'server.js': clusteredApp(), 'app.js': plainApp() })
    await none(asking)
  })

  it('has the time that its drain needs, whatever TimeoutStopSec says', async () => {
    install(['shop.service'], { 'shop.service': '[Service]\nTimeoutStopSec=1\n' })
    machine.run('systemctl', 'start', 'shop')
    const long = get(port, '/long')
    await eventually(async () => (await get(port)).body === 'answered', 'it has been sent')
    assert.equal(await machine.runLong('systemctl', 'stop', 'shop'), 0)
    assert.equal((await long).body, 'long')
    assert.deepEqual(state('shop'), ['inactive', 'dead', 'success'])
  })

  it('is started again when its primary hangs, or is killed', async () => {
    install(['shop.service'], { 'shop.service': '[Service]\nWatchdogSec=2\n' })
    machine.run('systemctl', 'start', 'shop')
    for (const [restarts, signal] of [
      ['1', 'SIGPROF'],
      ['2', 'SIGKILL'],
    ] as const) {
      process.kill(machine.pidOutside(Number(machine.show('shop', 'MainPID'))), signal)
      await eventually(() => machine.show('shop', 'NRestarts') === restarts, 'it is started again')
      await eventually(() => machine.show('shop', 'ActiveState') === 'active', 'it runs')
      assert.equal((await get(port)).body, 'answered')
    }
  })

  it('loses nothing in a restart, nor while the first boot fails, if a socket unit has its port', async (t) => {
    install(['shop.service', 'shop.service.d/socket.conf', 'shop.socket'], {
      'shop.service': '[Unit]\nStartLimitIntervalSec=0\n[Service]\nEnvironment=FILE=/run/shop.sock\n',
    })
    machine.run('systemctl', 'start', 'shop.socket')
    // The first connection starts it.
    assert.equal((await get(port)).body, 'answered')
    const socketPath = `/proc/${machine.init}/root/run/shop.sock`
    const asking = [clients(), load(nodeClients(2, { socketPath }, { expect: 'answered' }, false))]
    assert.equal(await machine.runLong('systemctl', 'restart', 'shop'), 0)
    assert.equal(await machine.runLong('systemctl', 'reload', 'shop'), 0)
    assert.equal(await machine.runLong('systemctl', 'restart', 'shop'), 0)
    // It cannot start now, as long as systemd may try.
    deploy({ 'server.js': clusteredApp(broken), 'app.js': plainApp() })
    assert.equal(await machine.runLong('systemctl', 'restart', 'shop'), 1)
    await eventually(() => Number(machine.show('shop', 'NRestarts')) > 2, 'it has been tried again')
    deploy({ 'server.js': clusteredApp(), 'app.js': plainApp() })
    await eventually(() => machine.show('shop', 'ActiveState') === 'active', 'it runs')
    const answered = [await none(asking[0]!), await none(asking[1]!)]
    t.diagnostic(`answered: ${answered.join(' and ')}, failed: 0`)
  })

  it('listens at a socket by its name', async () => {
    install(['shop.service', 'shop.service.d/socket.conf', 'shop.socket'], {
      'shop.service': `[Service]\nEnvironment='WHERE={"fd":"web"}'\n`,
      'shop.socket': '[Socket]\nFileDescriptorName=web\n',
    })
    machine.run('systemctl', 'start', 'shop')
    assert.equal((await get(port)).body, 'answered')
  })

  it('is hardened, and still operated', async () => {
    install(['shop.service', 'shop.service.d/hardening.conf'])
    machine.run('systemctl', 'start', 'shop')
    assert.equal((await get(port)).body, 'answered')
    assert.equal(await machine.runLong('systemctl', 'reload', 'shop'), 0)
    const command = ['/usr/bin/node', `/srv/shop/${main}`]
    const [listed] = JSON.parse(machine.run(command[0]!, command[1]!, 'list', '--json')) as Record<
      string,
      unknown
    >[]
    assert.deepEqual([listed!['name'], listed!['user'], listed!['generation']], ['server', 'shop', 2])
    machine.run(command[0]!, command[1]!, 'reload', 'server')
    machine.run(
      'runuser',
      '-u',
      'shop',
      '--',
      'env',
      'XDG_RUNTIME_DIR=/run/shop',
      ...command,
      'reload',
      'server',
    )
    assert.equal(status('shop'), 'ready: 2 of 2 workers; generation 4')
  })

  it('has a reload that fails if the reload does, with the command', async () => {
    install(['plain-shop.service'])
    machine.run('systemctl', 'start', 'plain-shop')
    assert.match(status('plain-shop'), /^ready: (\d+) of \1 workers$/)
    const asking = clients()
    deploy({ 'app.js': plainApp(broken) })
    assert.equal(await machine.runLong('systemctl', 'reload', 'plain-shop'), 1)
    assert.deepEqual(state('plain-shop').slice(0, 2), ['active', 'running'])
    deploy({ 'app.js': plainApp() })
    assert.equal(await machine.runLong('systemctl', 'reload', 'plain-shop'), 0)
    await none(asking)
  })

  it('is what clustered startup prints', async () => {
    const unit = machine.run(
      'sh',
      '-c',
      `cd /srv/shop/current && exec runuser -u shop -- /usr/bin/node /srv/shop/${main} startup app.js --name printed -i 2`,
    )
    machine.install('printed.service', unit)
    install([], { 'printed.service': `[Service]\nEnvironment=PORT=${port}\n` })
    const { stdout, stderr } = machine.tryRun('systemd-analyze', 'verify', `${unitsInside}/printed.service`)
    assert.equal(stdout + stderr, '')
    machine.run('systemctl', 'start', 'printed')
    const asking = clients()
    deploy({ 'app.js': plainApp() })
    assert.equal(await machine.runLong('systemctl', 'reload', 'printed'), 0)
    assert.equal(status('printed'), 'ready: 2 of 2 workers; generation 2')
    await none(asking)
    machine.run('systemctl', 'stop', 'printed')
    assert.deepEqual(state('printed'), ['inactive', 'dead', 'success'])
  })

  it('runs, and says so, where systemd-notify cannot be run', async () => {
    machine.run('mount', '--bind', '/dev/null', '/usr/bin/systemd-notify')
    machine.install(
      'untold.service',
      `[Service]\nType=exec\nUser=shop\nEnvironment=PORT=${port} NOTIFY_SOCKET=/run/none\nExecStart=/usr/bin/node /srv/shop/current/server.js\n`,
    )
    deploy({ 'server.js': clusteredApp() })
    machine.run('systemctl', 'daemon-reload')
    machine.run('systemctl', 'start', 'untold')
    await eventually(() => /is told nothing: there is no systemd-notify/.test(machine.log), 'it says so')
    assert.equal((await get(port)).body, 'answered')
    assert.equal(machine.log.match(/systemd/g)?.length, 2)
  })
})
