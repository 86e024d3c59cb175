import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { LoggingDaemon } from './support/logging-daemon.ts'
import { freePort } from './support/port.ts'
import { eventually } from './support/program.ts'

const numbered = /^console \d+ \d+ x{80}$/gm

describe('clustered logs', () => {
  it('reads, searches and follows across rotated files', async (t) => {
    const daemon = new LoggingDaemon(t)
    const { desk } = daemon
    await daemon.start(1, '--log-max-size', '64K', '--log-max-files', '50')
    const follower = desk.spawn(['logs', 'app', '--follow', '--lines', '0', '--out'])
    t.after(() => follower.kill())
    let followed = ''
    follower.stdout!.setEncoding('utf8').on('data', (text: string) => (followed += text))
    // It has begun when it shows a line.
    await eventually(async () => {
      await daemon.flood(1)
      return followed !== ''
    }, 'a line that is followed')
    await eventually(async () => {
      await daemon.flood(50)
      return daemon.rotated('out') >= 3
    }, 'three rotations')
    const [[pid, last] = []] = daemon.written
    const isThere = (): boolean => followed.includes(`console ${pid} ${last} `)
    await eventually(isThere, 'the last line is followed')
    // The first may have begun in the middle of a line that was being written.
    const seen = (followed.match(numbered) ?? []).map((line) => Number(line.split(' ')[2]))
    const wanted = Array.from({ length: last! - seen[0]! + 1 }, (_, index) => seen[0]! + index)
    assert.deepEqual(seen, wanted, 'each line once, in order')

    const all = await desk.run('logs', 'app', '--grep', '^console ', '--since', '1h')
    assert.equal(all.stdout.match(numbered)?.length, last)
    const some = await desk.run('logs', 'app', '--grep', `console ${pid} (1|${last}) `)
    assert.deepEqual(
      some.stdout.split('\n').map((line) => line.slice(0, -81)),
      [`console ${pid} 1`, `console ${pid} ${last}`, ''],
    )
    const lines = await desk.run('logs', 'app', '--out', '--lines', '2000')
    assert.equal(lines.stdout.trimEnd().split('\n').length, 2000)

    // The primary's own lines say when; what is written now is not an hour old, and not yet written in one.
    assert.match(
      (await desk.run('logs', 'app', '--err', '--since', '10m')).stderr,
      /Z \[clustered\] listening on/,
    )
    assert.deepEqual(await desk.run('logs', 'app', '--until', '2020-01-01'), {
      code: 0,
      stdout: '',
      stderr: '',
    })
    const { stdout } = await desk.run('logs', 'app', '--since', '2999-01-01T00:00')
    assert.equal(stdout, '')

    for (const [args, message] of [
      [['--grep', '('], /--grep \(: Invalid regular expression.* Expected: a regular expression/],
      [['--since', 'yesterday'], /--since yesterday is no point in time\. Expected: how long ago/],
      [['--since', '1h', '--until', '2h'], /--until 2h is before --since 1h/],
    ] as const) {
      const ran = await desk.run('logs', 'app', ...args)
      assert.equal(ran.code, 2)
      assert.match(ran.stderr, message)
    }

    desk.env['PORT'] = String(await freePort())
    const other = await desk.run(
      'start',
      'app.js',
      '-i',
      '1',
      '--daemon',
      '--name',
      'other',
      '--log-format',
      'json',
    )
    assert.equal(other.code, 0, other.stderr)
    const both = await desk.run('logs', 'app', 'other', '--err', '--lines', '1', '--grep', 'listening')
    assert.match(
      both.stderr,
      /^app ! \S+Z \[clustered\] listening on .*\nother ! \{"time":.*"event":"listening".*\}\n$/,
    )
    assert.equal((await desk.run('delete', 'app')).code, 0)
    assert.equal((await desk.run('delete', 'other')).code, 0)
  })
})
