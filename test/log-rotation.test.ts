import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { LoggingDaemon } from './support/logging-daemon.ts'
import { eventually } from './support/program.ts'

describe('log rotation', () => {
  it('loses no line of four workers, their threads and children, in ten rotations', async (t) => {
    const daemon = new LoggingDaemon(t)
    await daemon.start(4, '--log-max-size', '128K', '--log-max-files', '100')
    await eventually(async () => {
      await daemon.flood(50)
      return daemon.rotated('out') >= 10
    }, 'ten rotations')
    // What children wrote to the first file since is on its way.
    await eventually(() => daemon.count().lost.length === 0, 'every line')
    const { twice, total } = daemon.count()
    // What does not come by way of Node stays in the old file as well.
    assert.deepEqual(
      twice.filter((id) => !id.startsWith('child')),
      [],
    )
    t.diagnostic(`${total} lines, ${daemon.rotated('out')} rotations, none lost`)
    // A child writes to the first file ever after, which is deleted in the end.
    await daemon.flood(50)
    const [pid, last] = [...daemon.written][0]!
    const line = `child ${pid} ${last - (last % 50)} `
    await eventually(() => daemon.newer('out').includes(line), 'the line of a child, where it belongs')
    assert.equal((await daemon.desk.run('delete', 'app')).code, 0)
  })

  it('keeps as many files as it is told, and a worker that boots later writes to the last one', async (t) => {
    const daemon = new LoggingDaemon(t)
    await daemon.start(1, '--log-max-size', '64K', '--log-max-files', '2')
    const oldest = new Set<string>()
    await eventually(async () => {
      await daemon.flood(100)
      if (daemon.rotated('out') === 2) oldest.add(daemon.read('out.log.2').slice(0, 100))
      return oldest.size >= 2
    }, 'the third rotation')
    assert.equal(daemon.rotated('out'), 2)
    assert.equal((await daemon.desk.run('reload', 'app')).code, 0)
    const old = [...daemon.written.keys()]
    // Its child has the 50th line; what all of them make is too little to be rotated before it is seen.
    await daemon.flood(13)
    const pid = [...daemon.written.keys()].find((other) => !old.includes(other))
    await eventually(() => daemon.read('out.log').includes(`child ${pid} 50 `), 'the line of its child')
    assert.equal((await daemon.desk.run('delete', 'app')).code, 0)
  })
})
