import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { chmodSync, readFileSync, writeFileSync } from 'node:fs'
import { userInfo } from 'node:os'
import path from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'
import { LoggingDaemon } from './support/logging-daemon.ts'
import { eventually } from './support/program.ts'

const PATH = `${process.env['PATH']}:/usr/sbin`
const hasLogrotate = !spawnSync('logrotate', ['--version'], { env: { PATH } }).error

const sample = readFileSync(
  fileURLToPath(new URL('../../docs/operate/logrotate.conf', import.meta.url)),
  'utf8',
)

/** The documented sample, for this user and its folder. */
class Logrotate {
  readonly #daemon: LoggingDaemon
  readonly #file: string

  constructor(t: TestContext, daemon: LoggingDaemon, change: (text: string) => string = (text) => text) {
    const { username } = userInfo()
    const group = execFileSync('id', ['-gn'], { encoding: 'utf8' }).trim()
    this.#daemon = daemon
    this.#file = path.join(daemon.desk.root, 'logrotate.conf')
    const text = change(sample)
      .replace('/home/app/.local/state/clustered/daemons/shop', daemon.folder)
      .replaceAll('/home/app', daemon.desk.env['HOME']!)
      .replace('su app app', `su ${username} ${group}`)
      .replace('0600 app app', `0600 ${username} ${group}`)
      .replaceAll('shop', 'app')
    writeFileSync(this.#file, text)
    chmodSync(this.#file, 0o644)
    t.diagnostic(text)
  }

  run(): void {
    const state = path.join(this.#daemon.desk.root, 'logrotate.state')
    const env = { PATH: `${this.#daemon.desk.env['PATH']}:/usr/sbin` }
    execFileSync('logrotate', ['--force', '--state', state, this.#file], { env, stdio: 'pipe' })
  }
}

describe('logrotate', { skip: !hasLogrotate && !process.env['CI'] && 'logrotate is not installed' }, () => {
  it('moves, and compresses, the files of a daemon under load, and no line is lost', async (t) => {
    const daemon = new LoggingDaemon(t)
    await daemon.start(4, '--log-max-size', '0')
    const logrotate = new Logrotate(t, daemon)
    let isOver = false
    await daemon.flood(20)
    const flood = (async () => {
      while (!isOver) await daemon.flood(20)
    })()
    for (let turn = 0; turn < 10; turn++) {
      logrotate.run()
      const before = daemon.read('out.log').length
      await eventually(() => daemon.read('out.log').length > before, 'it goes on in the new file')
    }
    isOver = true
    await flood
    await eventually(() => daemon.count().lost.length === 0, 'every line')
    assert.equal(daemon.rotated('out') + daemon.compressed('out'), 10)
    t.diagnostic(`${daemon.count().total} lines, none lost`)

    // Between two requests nothing is written, and so nothing lost.
    const truncating = new Logrotate(t, daemon, (text) =>
      text.replace(/create .*/, 'copytruncate').replace(/ *sharedscripts[^]*endscript\n/, ''),
    )
    await daemon.flood(20)
    await eventually(() => daemon.count().lost.length === 0, 'all is written')
    truncating.run()
    assert.equal(daemon.read('out.log'), '')
    await daemon.flood(20)
    await eventually(() => daemon.count().lost.length === 0, 'every line')
    assert.doesNotMatch(daemon.read('out.log'), /\0/)
    assert.equal((await daemon.desk.run('delete', 'app')).code, 0)
  })
})
