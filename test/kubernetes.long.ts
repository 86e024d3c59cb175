import assert from 'node:assert/strict'
import { mkdirSync, renameSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { fromEnvironment } from '@clustered/core/options'
import type { IDeployment } from 'kubernetes-models/apps/v1'
import { Controller } from './kubernetes/controller.ts'
import { budget, container, deployment, faults, unknownNames, variablesOf } from './kubernetes/manifests.ts'
import type { PodSpec } from './kubernetes/pod.ts'
import { Service } from './kubernetes/service.ts'
import { root } from './snippets/pages.ts'
import { balances } from './support/balances.ts'
import { get } from './support/http.ts'
import { type Client, load, type Load, nodeClients, undiciClients } from './support/load.ts'
import { freePort } from './support/port.ts'
import { eventually, start } from './support/program.ts'
import { samples } from './support/samples.ts'
import { temporaryFolder } from './support/temporary-folder.ts'

/** In ms: how late a node's proxy hears of a pod. */
const lag = 2000

const { replicas = 1, template } = deployment.spec!
const gracePeriod = template.spec!.terminationGracePeriodSeconds!

describe('the samples of docs/deploy/kubernetes.md', () => {
  it('are valid by the schemas of Kubernetes, and have no name that those do not', () => {
    assert.deepEqual(faults(), [])
    const [unknown = '', ...others] = unknownNames({ ...deployment, replicas: 3 })
    assert.match(unknown, /replicas.* does not exist/)
    assert.deepEqual(others, [])
  })

  it('have numbers that are as much greater than others as the page says', () => {
    const variables = variablesOf(container)
    const given = fromEnvironment(variables)
    assert.equal(given.size, Object.keys(variables).length, 'every variable is one')
    const [delay, drain] = ['shutdownDelay', 'drainTimeout'].map((name) => (given.get(name) as number) / 1000)
    assert.ok(delay! > lag / 1000)
    assert.ok(gracePeriod > delay! + drain! + 2)
    const { startupProbe, readinessProbe, livenessProbe } = container
    assert.ok(startupProbe!.periodSeconds! * startupProbe!.failureThreshold! > 30)
    assert.ok(readinessProbe!.timeoutSeconds! > 1)
    assert.ok(replicas > Number(budget.spec!.maxUnavailable))
    assert.ok(((given.get('workers') as number) + 1) * (given.get('maxMemory') as number) < 1)
    const admin = container.ports!.find(({ name }) => name === 'admin')
    assert.equal(admin!.containerPort, given.get('admin'))
    assert.deepEqual(
      [startupProbe, readinessProbe, livenessProbe].map((probe) => probe!.httpGet),
      ['/readyz', '/readyz', '/livez'].map((asked) => ({ path: asked, port: 'admin' })),
    )
  })
})

/** The pods of a Deployment behind a Service. */
async function run(t: TestContext, of: IDeployment, ...specs: PodSpec[]): Promise<[Controller, number]> {
  const service = new Service(t, lag)
  const port = await service.open()
  const controller = new Controller(t, of, service)
  await controller.rollOut(...specs)
  await eventually(() => service.known.length === of.spec!.replicas, 'the proxy knows the pods')
  return [controller, port]
}

function ask(port: number): Load {
  const expected = { expect: 'hello' }
  const clients = [
    ...nodeClients(3, { port }, expected),
    ...undiciClients(2, { port }, expected),
    ...nodeClients(4, { port }, expected, false),
  ].map(unhurried)
  return load([...clients, ...nodeClients(2, { port }, { path: '/later?ms=3000', expect: 'later' })])
}

/** Enough requests to be in every moment of a pod's end, and no more: it takes long. */
function unhurried(client: Client): Client {
  return async () => {
    await client()
    await sleep(Math.random() * 150)
  }
}

const spec: PodSpec = { container, gracePeriod, file: 'server.js' }

/** The same Deployment with one pod. */
const single = { ...deployment, spec: { ...deployment.spec!, replicas: 1 } }

const withoutDelay = { CLUSTERED_SHUTDOWN_DELAY: '0' }

describe('a rolling update, played as Kubernetes does it', () => {
  it('loses nothing, and kills nothing', async (t) => {
    const specs = balances.map((balance) => ({ ...spec, environment: { CLUSTERED_BALANCE: balance } }))
    const [controller, port] = await run(t, deployment, ...specs)
    const clients = ask(port)
    await controller.rollOut(...specs)
    await clients.stop()
    assert.deepEqual(clients.failures, [])
    assert.equal(controller.pods.length, 2 * replicas)
    assert.deepEqual(controller.pods.map(({ killed }) => killed).filter(Boolean), [])
    for (const pod of controller.pods.slice(0, replicas)) assert.equal(await pod.gone, 0)
    t.diagnostic(`0 of ${clients.answered} requests failed`)
  })

  it('loses nothing either where a preStop hook sleeps in place of shutdownDelay', async (t) => {
    const delay = fromEnvironment(variablesOf(container)).get('shutdownDelay') as number
    const preStop = { sleep: { seconds: delay / 1000 } }
    const sleeping = {
      ...spec,
      container: { ...container, lifecycle: { preStop } },
      environment: withoutDelay,
    }
    const [controller, port] = await run(t, single, sleeping)
    const clients = ask(port)
    await controller.rollOut(sleeping)
    await clients.stop()
    assert.deepEqual(clients.failures, [])
    assert.equal(await controller.pods[0]!.gone, 0)
  })

  it('refuses connections without either', async (t) => {
    const hasty = { ...spec, environment: withoutDelay }
    const [controller, port] = await run(t, single, hasty)
    const clients = ask(port)
    await controller.rollOut(hasty)
    await clients.stop()
    assert.notEqual(clients.failures.length, 0)
    t.diagnostic(
      `${clients.failures.length} of ${clients.answered + clients.failures.length} requests failed`,
    )
  })

  it('cuts what is not answered when the grace period is over', async (t) => {
    const impatient = { ...spec, gracePeriod: 1, environment: withoutDelay }
    const [controller, port] = await run(t, single, impatient)
    const slow = assert.rejects(get(port, '/later?ms=20000'))
    await controller.rollOut(impatient)
    await slow
    assert.equal(controller.pods[0]!.killed, 'the grace period is over')
  })
})

describe('the program of docs/deploy/kubernetes.md', () => {
  it('reloads when the kubelet has put another file in the place of that of a ConfigMap', async (t) => {
    const folder = temporaryFolder()
    const volume = path.join(folder, 'volume')
    mkdirSync(volume)
    /** What the kubelet does: all files of a version are in one folder, to which one link leads. */
    const write = (version: string): void => {
      mkdirSync(path.join(volume, `..${version}`))
      writeFileSync(path.join(volume, `..${version}/config.json`), JSON.stringify({ greeting: version }))
      symlinkSync(`..${version}`, path.join(volume, '..data_tmp'))
      renameSync(path.join(volume, '..data_tmp'), path.join(volume, '..data'))
    }
    write('first')
    symlinkSync('..data/config.json', path.join(volume, 'config.json'))
    const port = await freePort()
    const [code = ''] = samples('deploy/kubernetes.md', 'js')
    const changes = { '/etc/shop': volume, '5000': '50', '8000': String(port) }
    const text = Object.entries(changes).reduce((all, [from, to]) => all.replace(from, to), code)
    symlinkSync(path.join(root, 'node_modules'), path.join(folder, 'node_modules'))
    writeFileSync(path.join(folder, 'server.mjs'), text)
    const program = start(t, path.join(folder, 'server.mjs'), { env: { CLUSTERED_WORKERS: '2' } })
    await program.listens()
    assert.equal((await get(port)).body, 'first')
    const clients = load(nodeClients(3, { port }, { expect: /^(first|second)$/ }))
    write('second')
    await program.sees(/reload done/)
    assert.equal((await get(port)).body, 'second')
    await clients.stop()
    assert.deepEqual(clients.failures, [])
  })
})
