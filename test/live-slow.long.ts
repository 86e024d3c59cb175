import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import { Desk } from './support/desk.ts'
import { LiveReader } from './support/live.ts'
import { eventually, start } from './support/program.ts'

const mebibyte = 1024 * 1024

function residentOf(pid: number): number {
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))![1]) * 1024
}

describe('readers of the live stream that do not read', () => {
  it('cost the primary a bounded amount of memory, and hear how all is when they read again', async (t) => {
    const desk = new Desk(t)
    const OPTIONS = JSON.stringify({ workers: 1, name: 'talkative' })
    const program = start(t, 'talkative.js', { env: { ...desk.env, OPTIONS } })
    await eventually(() => desk.sockets.length === 1, 'the control socket')
    const [socket] = desk.sockets
    const all = await Promise.all(Array.from({ length: 17 }, () => LiveReader.open(socket!)))
    t.after(() => all.forEach((one) => one.leave()))
    await all[16]!.hears('status', ({ state }) => state === 'ready')
    const [reading, ...silent] = all.toReversed()
    for (const one of silent) one.pause()
    const before = residentOf(program.pid)

    program.kill('SIGUSR1')
    const each = 12 * mebibyte
    await eventually(() => reading!.received > each, 'that one reader has read so much')
    const grown = residentOf(program.pid) - before
    t.diagnostic(
      `${Math.round(grown / mebibyte)} MiB more, of ${(silent.length * each) / mebibyte} MiB unread`,
    )
    assert.ok(grown < 40 * mebibyte, `${grown} bytes`)

    program.kill('SIGUSR1')
    const since = Date.now()
    await reading!.hears('sample', ({ at }) => at > since)
    const lastOf = (one: LiveReader): string | undefined =>
      one.events
        .flatMap(({ name, data }) =>
          name === 'happened' ? data.text : name === 'program' ? (data.happened.at(-1)?.text ?? []) : [],
        )
        .at(-1)
    const [back] = silent
    back!.resume()
    await eventually(() => lastOf(back!) === lastOf(reading!), 'it knows as much as who has heard all')
    const again = back!.events.findLast(({ name }) => name === 'program')!
    assert.ok(again.name === 'program' && again.data.happened.length === 200)
  })
})
