import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import { hasNginx } from './support/nginx.ts'
import { samples } from './support/samples.ts'
import { temporaryFolder } from './support/temporary-folder.ts'

describe('the samples of docs/deploy/health.md', () => {
  it('are what nginx takes', { skip: !hasNginx && 'needs nginx' }, () => {
    const folder = temporaryFolder()
    const [text] = samples('deploy/health.md', 'nginx')
    writeFileSync(`${folder}/nginx.conf`, `pid ${folder}/pid;\nevents {}\nhttp {\n${text}}\n`)
    execFileSync('/usr/sbin/nginx', ['-t', '-q', '-e', 'stderr', '-p', folder, '-c', `${folder}/nginx.conf`])
  })
})
