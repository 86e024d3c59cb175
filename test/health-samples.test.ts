import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { describe, it } from 'node:test'
import { hasNginx } from './support/nginx.ts'
import { samples } from './support/samples.ts'

describe('the samples of docs/deploy/health.md', () => {
  it('are what nginx takes', { skip: !hasNginx && 'needs nginx' }, (t) => {
    const folder = mkdtempSync(path.join(tmpdir(), 'nginx-'))
    t.after(() => rmSync(folder, { recursive: true }))
    const [text] = samples('deploy/health.md', 'nginx')
    writeFileSync(`${folder}/nginx.conf`, `pid ${folder}/pid;\nevents {}\nhttp {\n${text}}\n`)
    execFileSync('/usr/sbin/nginx', ['-t', '-q', '-e', 'stderr', '-p', folder, '-c', `${folder}/nginx.conf`])
  })
})
