import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { parse } from 'yaml'
import { fromEnvironment } from '@clustered/core/options'
import { hasNginx } from './support/nginx.ts'

const page = readFileSync(fileURLToPath(new URL('../../docs/deploy/health.md', import.meta.url)), 'utf8')

/** The samples of a language. */
function samples(language: string): string[] {
  const fence = new RegExp(`^\`\`\`${language}\n([^]*?)^\`\`\``, 'gm')
  return [...page.matchAll(fence)].map(([, text]) => text!)
}

/** Does what a health check in a container does. */
function runs(words: readonly string[], status: number | undefined): number {
  const [, flag, code] = words
  assert.equal(flag, '-e')
  const answer = status === undefined ? 'Promise.reject()' : `Promise.resolve({ ok: ${status < 400} })`
  const fake = code!.replace(/^fetch\('http:\/\/127\.0\.0\.1:9000\/readyz'\)/, answer)
  assert.notEqual(fake, code)
  try {
    execFileSync(process.execPath, ['-e', fake])
    return 0
  } catch (error) {
    return (error as { status: number }).status
  }
}

interface Probe {
  httpGet: { path: string; port: string }
}

describe('the samples of docs/deploy/health.md', () => {
  it('are a Deployment whose probes are where the admin server is', () => {
    const [text, compose] = samples('yaml')
    const { template } = (parse(text!) as { spec: { template: { spec: any } } }).spec
    const [container] = template.spec.containers
    const environment = Object.fromEntries(
      (container.env as { name: string; value?: string }[]).map(({ name, value }) => [
        name,
        value ?? 'sixteen-characters',
      ]),
    )
    const given = fromEnvironment(environment)
    assert.deepEqual(Object.keys(environment).length, given.size, 'every variable is one')
    const ports = container.ports as { name: string; containerPort: number }[]
    assert.equal(ports.find(({ name }) => name === 'admin')?.containerPort, given.get('admin'))
    const probe = (name: string): Probe => container[`${name}Probe`] as Probe
    assert.deepEqual(
      ['startup', 'readiness', 'liveness'].map((name) => probe(name).httpGet),
      ['/readyz', '/readyz', '/livez'].map((where) => ({ path: where, port: 'admin' })),
    )
    const least = (given.get('shutdownDelay') as number) / 1000 + 10 + 2
    assert.ok(template.spec.terminationGracePeriodSeconds > least)
    const { shop } = (parse(compose!) as { services: { shop: any } }).services
    assert.equal(shop.environment.CLUSTERED_ADMIN, '9000')
    const [, ...words] = shop.healthcheck.test as string[]
    assert.deepEqual(
      [200, 503, undefined].map((status) => runs(words, status)),
      [0, 1, 1],
    )
  })

  it('are a Dockerfile that asks the same', () => {
    const [text] = samples('dockerfile')
    const words = JSON.parse(/CMD (\[.*fetch.*\])/.exec(text!)![1]!) as string[]
    assert.equal(runs(words, 200), 0)
  })

  it('are what nginx takes', { skip: !hasNginx && 'needs nginx' }, (t) => {
    const folder = mkdtempSync(path.join(tmpdir(), 'nginx-'))
    t.after(() => rmSync(folder, { recursive: true }))
    const [text] = samples('nginx')
    writeFileSync(`${folder}/nginx.conf`, `pid ${folder}/pid;\nevents {}\nhttp {\n${text}}\n`)
    execFileSync('/usr/sbin/nginx', ['-t', '-q', '-e', 'stderr', '-p', folder, '-c', `${folder}/nginx.conf`])
  })
})
