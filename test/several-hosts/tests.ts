import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { after, before, describe, it, type TestContext } from 'node:test'
import { get } from '../support/http.ts'
import { load, nodeClients } from '../support/load.ts'
import { eventually, isAlive, start } from '../support/program.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { count, type Front, sendTraffic, type Traffic } from './front.ts'
import { example, type Host, processes } from './host.ts'
import { Lab } from './lab.ts'
import { type Connection, Listener, Speaker } from './listener.ts'

const lab = new Lab()
const [host1, host2] = [lab.hosts[0]!, lab.hosts[1]!]

/** Where nothing is lost without retries, nothing is lost with them; they are asked as well when figures are wanted. */
const withRetries = count > 1 ? [lab.haproxy, lab.nginx] : []
const forReloads = [lab.haproxyWithout, lab.nginxWithout, ...withRetries]
/** nginx asks nobody, so that what a stopped host refuses has to be sent to the other one. */
const forStops = [lab.haproxyWithout, lab.nginx, ...withRetries.slice(0, 1)]

/** Has something happen under clients that never retry. @returns what they saw. */
async function under(t: TestContext, fronts: Front[], event: () => Promise<unknown>): Promise<Traffic[]> {
  const traffic = fronts.map(sendTraffic)
  try {
    await answered(traffic)
    await event()
    await answered(traffic)
  } finally {
    await Promise.all(traffic.flatMap(({ reads, writes }) => [reads.stop(), writes.stop()]))
  }
  for (const { front, reads, writes } of traffic)
    t.diagnostic(`${front.name}: GET ${figures(reads)}; POST ${figures(writes)}`)
  return traffic
}

/** Each of them has had some answers from now on. */
async function answered(traffic: Traffic[]): Promise<void> {
  const since = traffic.map(({ reads }) => reads.answered)
  await eventually(() => traffic.every(({ reads }, index) => reads.answered > since[index]! + 10), 'answers')
}

const figures = ({ failures, answered: good, worst }: Traffic['reads']): string =>
  `${failures.length} of ${good + failures.length} failed, ${Math.round(worst)} ms at most`

function assertNoneFailed(traffic: Traffic[]): void {
  for (const { front, reads, writes } of traffic) {
    assert.deepEqual([...new Set([...reads.failures, ...writes.failures])], [], front.name)
    assert.ok(reads.answered > 20 && writes.answered > 5, `${front.name}: ${reads.answered} answered`)
  }
}

/** Asks until each host has answered. */
async function bothAnswer(front: Front, release = ''): Promise<void> {
  const wanted = new Set(lab.hosts.map(({ address }) => `hello ${release}from ${address}`))
  await eventually(async () => {
    const { body } = await get(front.port)
    wanted.delete(body.split(',')[0]!.replace(release ? '' : /\d /, ''))
    return wanted.size === 0
  }, `an answer of each host through ${front.name}`)
}

/** Which host has the jobs, by what it says. */
const hasJobs = ({ programs, address }: Host): boolean => {
  const times = (what: string) => programs.at(-1)!.output.split(`${address} ${what}`).length
  return times('has the jobs') > times('gives the jobs up')
}

describe('two hosts behind HAProxy and nginx', () => {
  before(() => lab.start())
  after(() => lab.dispose())

  it('are configured as docs/deploy/several-hosts.md says', () => {
    const page = readFileSync(path.join(example, '../../docs/deploy/several-hosts.md'), 'utf8')
    for (const [language, file] of [
      ['haproxy', 'haproxy.cfg'],
      ['nginx', 'nginx.conf'],
    ]) {
      const linesOf = (text: string) => text.split('\n').map((line) => line.trim())
      const [, block] = new RegExp(`\`\`\`${language}\n([^]*?)\`\`\``).exec(page)!
      const config = linesOf(readFileSync(path.join(example, file!), 'utf8'))
      assert.deepEqual(
        linesOf(block!).filter((line) => !config.includes(line)),
        [],
      )
    }
  })

  it('have new code on both, one after the other, and nobody notices', async (t) => {
    const release = lab.release('2.js', (app) => app.replace('hello from', 'hello 2 from'))
    const traffic = await under(t, forReloads, async () => {
      const output = await lab.deploy(`cp ${release} app.js && clustered reload shop`, 0)
      assert.match(output, /10\.0\.0\.11 is ready[^]*10\.0\.0\.12 is ready\nexit code 0$/)
    })
    assertNoneFailed(traffic)
    for (const front of forReloads) await bothAnswer(front, '2 ')
  })

  it('keep the old code where the first of them cannot take the new', async (t) => {
    const release = lab.release('3.js', () => `throw new Error('a bad release')`)
    const traffic = await under(t, forReloads, async () => {
      const output = await lab.deploy(`cp ${release} app.js && clustered reload shop`, 0)
      assert.match(output, /a bad release/)
      assert.match(output, /10\.0\.0\.11: ended with 1.*\nexit code 1$/)
      assert.doesNotMatch(output, /10\.0\.0\.12/)
    })
    assertNoneFailed(traffic)
    await bothAnswer(lab.haproxy, '2 ')
    await lab.on(host1, `cp ${lab.folder}/2.js app.js`)
  })

  it('are restarted one after the other, primary and all, and nobody notices', async (t) => {
    const old = lab.hosts.map(({ program }) => program.pid)
    const traffic = await under(t, forStops, async () => {
      const output = await lab.deploy('clustered stop shop', 6)
      assert.match(output, /10\.0\.0\.12 is ready\nexit code 0$/)
    })
    assertNoneFailed(traffic)
    for (const [index, { program }] of lab.hosts.entries()) assert.notEqual(program.pid, old[index])
  })

  it('do without one that somebody works at, and no message to all is lost or comes twice', async (t) => {
    const listeners = [new Listener(lab.nginx.port, 'websocket'), new Listener(lab.haproxy.port, 'polling')]
    t.after(() => listeners.forEach((listener) => listener.stop()))
    const allAreConnected = () =>
      eventually(() => listeners.every(({ isConnected }) => isConnected), 'connected')
    await allAreConnected()
    const workers = () => new Set(listeners.map(({ last }) => last!.worker))
    while (listeners.length < 8 || workers().size < 4) {
      assert.ok(listeners.length < 60, 'some reach each worker of each host')
      listeners.push(new Listener(lab.haproxy.port, 'websocket'))
      await allAreConnected()
    }
    const staying = listeners.filter(({ last }) => last!.worker.startsWith(host2.address))
    const leaving = listeners.filter((listener) => !staying.includes(listener))
    const speaker = new Speaker(lab.haproxy.port)
    t.after(() => speaker.stop())
    const allHear = (number: number) =>
      eventually(
        () => listeners.every(({ last }) => (last!.heard.at(-1) ?? 0) >= number),
        `all hear ${number}`,
      )
    await allHear(20)

    const traffic = await under(t, forStops, async () => {
      host1.isInMaintenance = true
      await tellProxies('drain')
      await lab.on(host1, 'clustered stop shop')
      await allAreConnected()
      host1.isInMaintenance = false
      host1.start()
      await host1.program.listens()
      await tellProxies('ready')
      await lab.areInUse()
    })
    assertNoneFailed(traffic)
    await speaker.stop()
    await allHear(speaker.said)

    for (const { connections } of staying) {
      assert.deepEqual(
        connections.map(({ end }) => end),
        [undefined],
      )
      assertHeardAll(connections[0]!, speaker.said)
    }
    let missed = 0
    for (const { connections } of leaving) {
      const [first, second] = connections
      assert.match(first!.end!, /^(1012|transport (error|close))$/)
      assert.deepEqual([connections.length, second!.worker.startsWith(host2.address)], [2, true])
      assertHeardAll(first!)
      assertHeardAll(second!, speaker.said)
      missed = Math.max(missed, second!.heard[0]! - first!.heard.at(-1)! - 1)
    }
    t.diagnostic(`ends: ${leaving.map(({ connections }) => connections[0]!.end).join(', ')}`)
    t.diagnostic(`${speaker.said} messages; at most ${missed} came between two connections of a client`)
  })

  it('lose of one that dies what it had in hand; a proxy that tries again loses no GET', async (t) => {
    await eventually(() => lab.hosts.some(hasJobs), 'a host has the jobs')
    // nginx keeps away from a host for 5 s that it has met while it started: the other one is not to die in those.
    for (const front of lab.fronts) await bothAnswer(front)
    const dead = hasJobs(host1) ? host1 : host2
    const other = dead === host1 ? host2 : host1
    let jobless = 0
    const traffic = await under(t, lab.fronts, async () => {
      await dead.die()
      const died = performance.now()
      await eventually(() => hasJobs(other), 'the other one has the jobs')
      jobless = performance.now() - died
    })
    t.diagnostic(`nobody has the jobs for ${Math.round(jobless)} ms`)
    assertLittleFailed(traffic)
    const refused = traffic.find(({ front }) => front === lab.haproxyWithout)!
    assert.notEqual(refused.reads.failures.length, 0, 'it is the retries that help')
    dead.isInMaintenance = false
    dead.start()
    await dead.program.listens()
    await lab.areInUse()
    for (const front of lab.fronts) await bothAnswer(front)
  })

  it('lose of one whose link is cut what waits for it; a proxy that tries again loses no GET', async (t) => {
    const listener = new Listener(lab.haproxy.port, 'websocket')
    const listeners = [listener]
    t.after(() => listeners.forEach((each) => each.stop()))
    await eventually(() => listener.isConnected, 'connected')
    // HAProxy sends the next one to the other host.
    const dead = listener.last!.worker.startsWith(host1.address) ? host1 : host2
    const cut = performance.now()
    const traffic = await under(t, lab.fronts, async () => {
      dead.cutLink()
      await eventually(() => listener.connections.length === 2 && listener.isConnected, 'it is back')
      t.diagnostic(`a WebSocket is back after ${Math.round(performance.now() - cut)} ms`)
      await eventually(async () => !(await lab.haproxy.sendsTo(dead.name)), 'it is down')
      t.diagnostic(`HAProxy sends it no more after ${Math.round(performance.now() - cut)} ms`)
    })
    assertLittleFailed(traffic)
    dead.mendLink()
    await lab.areInUse()
    for (const front of lab.fronts) await bothAnswer(front)
  })
})

describe('node start.js', () => {
  it('plays two hosts on this machine', async (t) => {
    const folder = temporaryFolder()
    const env = {
      PORT: '8085',
      WEB_CONCURRENCY: '1',
      XDG_STATE_HOME: folder,
      XDG_RUNTIME_DIR: folder,
      PATH: `${path.join(example, 'node_modules/.bin')}:${process.env['PATH']}`,
    }
    const others = new Set(processes())
    const program = start(t, 'start.js', { cwd: example, asGiven: true, env })
    const addresses = ['127.0.0.11', '127.0.0.12']
    const eachAnswers = (): Promise<void> => {
      const wanted = new Set(addresses)
      const ask = async (): Promise<boolean> => {
        const answer = await get(8085).catch(() => undefined)
        wanted.delete(/from (\S+),/.exec(answer?.body ?? '')?.[1] ?? '')
        return wanted.size === 0
      }
      return eventually(ask, 'an answer of each host')
    }
    await eachAnswers()

    const clients = load(nodeClients(2, { port: 8085 }, { expect: /^hello from/ }))
    const command = ['deploy.js', 'clustered reload shop-$HOST', ...addresses]
    const deploy = spawn(process.execPath, command, {
      cwd: example,
      env: { ...process.env, ...env, ON: './here.sh', SETTLE: '0' },
      stdio: 'ignore',
    })
    assert.deepEqual(await once(deploy, 'exit'), [0, null])
    await clients.stop()
    assert.deepEqual(clients.failures, [])
    assert.equal(program.output.match(/reload done/g)?.length, 2)

    const [, primary] = await program.sees(/listening on 127\.0\.0\.12:8000.* primary pid (\d+)/)
    process.kill(Number(primary), 'SIGKILL')
    await program.sees(/127\.0\.0\.12: SIGKILL\. It is started again\.[^]*listening on 127\.0\.0\.12:8000/)
    await eachAnswers()

    program.kill('SIGINT')
    assert.equal(await program.ends(), 0)
    const left = () => processes().filter((pid) => !others.has(pid) && isAlive(pid))
    await eventually(() => left().length === 0, 'nothing is left')
  })
})

/** Has both HAProxys send `host1` no more than what is of a connection there; or all again. */
async function tellProxies(state: 'drain' | 'ready'): Promise<void> {
  for (const proxy of [lab.haproxy, lab.haproxyWithout])
    for (const backend of ['shop', 'socket.io']) await proxy.ask(`set server ${backend}/host1 state ${state}`)
}

/** Each number once, from the first that it heard to the last. */
function assertHeardAll({ heard }: Connection, last: number = heard.at(-1)!): void {
  const sorted = heard.toSorted((one, other) => one - other)
  const [first] = sorted
  assert.deepEqual(
    sorted,
    Array.from({ length: last - first! + 1 }, (_, index) => first! + index),
  )
}

/** What was under way at the dead host, when that may not be asked twice, and nothing else where a proxy tries again. */
function assertLittleFailed(traffic: Traffic[]): void {
  for (const { front, reads, writes } of traffic)
    if (front.retries) {
      assert.deepEqual([...new Set(reads.failures)], [], front.name)
      assert.ok(writes.failures.length <= 4 * count, `${front.name}: ${writes.failures.join(', ')}`)
    }
}
