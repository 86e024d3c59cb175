import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { describe, it } from 'node:test'
import { parse } from 'yaml'
import { fromEnvironment } from '@clustered/core/options'
import { hasNginx } from './support/nginx.ts'
import { samples } from './support/samples.ts'

interface Probe {
  httpGet: { path: string; port: string }
}

describe('the samples of docs/deploy/health.md', () => {
  it('are a Deployment whose probes are where the admin server is', () => {
    const [text] = samples('deploy/health.md', 'yaml')
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
  })

  it('are what nginx takes', { skip: !hasNginx && 'needs nginx' }, (t) => {
    const folder = mkdtempSync(path.join(tmpdir(), 'nginx-'))
    t.after(() => rmSync(folder, { recursive: true }))
    const [text] = samples('deploy/health.md', 'nginx')
    writeFileSync(`${folder}/nginx.conf`, `pid ${folder}/pid;\nevents {}\nhttp {\n${text}}\n`)
    execFileSync('/usr/sbin/nginx', ['-t', '-q', '-e', 'stderr', '-p', folder, '-c', `${folder}/nginx.conf`])
  })
})
