import assert from 'node:assert/strict'
import { readFileSync, readdirSync } from 'node:fs'
import path from 'node:path'
import { describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import type * as Page from '../packages/core/dist/admin/page.js'
import type { LiveProgram } from '../packages/core/dist/control/live/live.js'
import { allWell, closing, crashLoop, hanging, muchToSay, reloading, say } from './support/live-scenes.ts'

const core = fileURLToPath(new URL('../../packages/core', import.meta.url))
const load = async <Module>(file: string) => (await import(path.join(core, file))) as Module
const { pageFile, pageHeaders } = await load<typeof Page>('dist/admin/page.js')

interface Verdict {
  level: string
  word: string
  text: string
  also: { level: string; text: string }[]
}

describe('the files of the page', () => {
  const folder = readdirSync(path.join(core, 'page')).filter((name) => name !== 'package.json')

  it('are all served, with their type, and no other file is', () => {
    for (const name of folder) {
      const file = pageFile(`/${name}`)
      assert.ok(file, name)
      assert.deepEqual(file.body, readFileSync(path.join(core, 'page', name)))
    }
    assert.equal(pageFile('/'), pageFile('/index.html'))
    assert.equal(pageFile('/')!.type, 'text/html; charset=utf-8')
    assert.equal(pageFile('/page.js')!.type, 'text/javascript; charset=utf-8')
    for (const other of [
      '',
      '/package.json',
      '/../package.json',
      '/page/page.js',
      '//page.js',
      '/__proto__',
      '/constructor',
    ])
      assert.equal(pageFile(other), undefined, other)
  })

  it('belong to the package', () => {
    const { files } = JSON.parse(readFileSync(path.join(core, 'package.json'), 'utf8')) as { files: string[] }
    assert.ok(files.includes('page'))
  })

  it('load nothing from elsewhere, and what they load is there', () => {
    for (const name of folder) {
      const text = pageFile(`/${name}`)!.body.toString()
      assert.doesNotMatch(text.replaceAll('http://www.w3.org/2000/svg', ''), /https?:|@import|url\(/, name)
      assert.doesNotMatch(
        text,
        /innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b|\sstyle="/,
        name,
      )
      const loaded = text.matchAll(/(?:from|src=|href=) ?['"]([\w./-]+\.(?:js|css))['"]/g)
      for (const [, other] of loaded) assert.ok(pageFile(`/${other!.replace('./', '')}`), `${name}: ${other}`)
    }
  })

  it('have a policy that lets nothing in', () => {
    const policy = pageHeaders['Content-Security-Policy']!
    for (const rule of [
      "default-src 'none'",
      "script-src 'self'",
      "style-src 'self'",
      "connect-src 'self'",
      "frame-ancestors 'none'",
    ])
      assert.ok(policy.split('; ').includes(rule), rule)
    assert.doesNotMatch(policy, /unsafe|\*|https?:/)
  })
})

describe('the verdict', async () => {
  const { verdict } = await load<{ verdict: (program: LiveProgram, now: number) => Verdict }>(
    'page/verdict.js',
  )
  const now = Date.now()
  const clock = new Date(now - 240_000).toTimeString().slice(0, 5)

  /** In one line: how grave it is, and the heading. */
  function said(program: LiveProgram): string {
    const { level, word, text } = verdict(program, now)
    return `${level}: ${word}: ${text}`
  }

  function also(program: LiveProgram): string {
    return verdict(program, now)
      .also.map(({ level, text }) => `${level}: ${text}`)
      .join('\n')
  }

  it('says that all is well', () => {
    assert.equal(said(allWell(8, now)), 'well: All well: 8 workers, generation 12, up 3 d')
    assert.equal(said(allWell(1, now)), 'well: All well: 1 worker, generation 12, up 3 d')
    assert.equal(also(allWell(8, now)), '')
  })

  it('says which slot has no worker, since when, and why', () => {
    const one = crashLoop(now)
    assert.equal(
      said(one),
      `bad: Degraded: slot 3 has no worker since ${clock}, boots fail: Cannot find module './db' at /srv/shop/current/lib/orders.js:3:12`,
    )
    assert.match(also(one), /7 failures in a row, the next boot is in 8 s\. 7 of 8 workers serve\./)
    assert.match(said(crashLoop(now, [1, 3, 5])), /slots 1, 3 and 5 have no worker since/)
    assert.match(said(crashLoop(now, [0, 1, 2, 3, 4, 5])), /^bad: Degraded: 6 slots have no worker/)
    assert.match(said(crashLoop(now, [0, 1, 2, 3, 4, 5, 6, 7])), /^bad: Down: no worker serves since/)
  })

  it('knows a worker that was lost from a boot that failed', () => {
    const program = crashLoop(now)
    const slot = program.status.bySlot[3]!
    slot.failures = 0
    slot.lastFailure = { ...slot.lastFailure!, pid: 4303, reason: 'killed by SIGKILL', lastWords: undefined }
    assert.match(
      said(program),
      /^warn: Degraded: slot 3 has no worker since .*, its worker ended: killed by SIGKILL$/,
    )
    slot.failures = 1
    slot.lastFailure.pid = 9999
    assert.match(said(program), /a boot failed: killed by SIGKILL$/)
  })

  it('says how far a boot, a reload and a stop are', () => {
    assert.equal(said(reloading(8, 3, now)), 'change: Reloading: generation 13 is in 3 of 8 slots, 8 serve')
    const booting = allWell(8, now)
    booting.status.state = 'booting'
    booting.status.startedAt = now - 12_000
    booting.status.bySlot[7] = { ...booting.status.bySlot[7]!, state: 'booting' }
    assert.equal(said(booting), 'change: Booting: 7 of 8 workers ready after 12 s')
    assert.equal(said(closing(now)), 'change: Closing: 3 workers left, 9 requests in flight (SIGTERM)')
    const delaying = allWell(8, now)
    delaying.status.state = 'closing'
    assert.equal(said(delaying), 'change: Closing: 8 workers still serve')
  })

  it('says that a reload has failed, and what serves on', () => {
    const program = allWell(8, now)
    program.status.lastReload = { generation: 13, state: 'failed', at: now - 240_000 }
    program.happened.push(
      say(now - 240_000, 'error', 'reload:failed', 'Reload stopped: the new worker of slot 0: exit code 1'),
    )
    assert.equal(
      said(program),
      `warn: Reload failed: generation 13 did not come up (${clock}), generation 12 serves on`,
    )
    assert.match(also(program), /Reload stopped: the new worker of slot 0/)
  })

  it('says who hangs, and in what; and mentions it when it is over', () => {
    assert.equal(said(hanging(now)), 'bad: A worker hangs: slot 3 in GET /report, and is being replaced')
    const over = hanging(now)
    over.status.workers[3] = { ...over.status.workers[3]!, pid: 9303 }
    assert.match(said(over), /^well: All well/)
    assert.match(also(over), /Slot 3 hung 0 s ago in GET \/report/)
    assert.doesNotMatch(
      also({ ...over, faults: over.faults.map((fault) => ({ ...fault, at: now - 3_600_000 })) }),
      /hung/,
    )
  })

  it('says who stands still for as long as it does', () => {
    const program = hanging(now)
    const [fault] = program.faults
    program.faults = [{ ...fault!, kind: 'lag', at: now - 4000 }]
    const last = program.samples.at(-1)!
    Object.assign(last, { at: now, loopDelay: 5000 })
    assert.equal(said(program), 'warn: A worker stands still: slot 3 in GET /report, for 5 s')
    last.loopDelay = 12
    assert.match(said(program), /^well/)
    assert.match(also(program), /Slot 3 stood still 4 s ago/)
    last.loopDelay = 5000
    // It hung at last.
    program.faults.push(fault!)
    assert.match(said(program), /^bad: A worker hangs/)
    assert.doesNotMatch(also(program), /stood still/)
  })

  it('does not call it well when answers are errors, workers die again and again, or log lines are lost', () => {
    const erring = allWell(8, now)
    for (const sample of erring.samples.slice(-60)) sample.errors = sample.requests / 8
    assert.match(said(erring), /^warn: Errors: 13 % of \d+ requests in the last minute failed or got a 5xx$/)
    const dying = allWell(8, now)
    const { lastFailure } = crashLoop(now).status.bySlot[3]!
    dying.status.bySlot[2] = { ...dying.status.bySlot[2]!, failures: 4, lastFailure }
    assert.match(
      said(dying),
      /^warn: Unstable: slot 2 lost 4 workers in a row, boots fail: Cannot find module/,
    )
    dying.status.bySlot[2].failures = 1
    assert.match(said(dying), /^well/)
    const full = allWell(8, now)
    full.status.primary.lostLog = { code: 'ENOSPC', at: now }
    assert.match(also(full), /^warn: Log lines are lost: ENOSPC/)
    const busy = allWell(8, now)
    for (const { vitals } of busy.status.workers) vitals!.utilization = 0.97
    assert.match(also(busy), /^warn: Every worker is busy: 97 %/)
    const quiet = allWell(8, now)
    for (const sample of quiet.samples.slice(-30)) sample.requests = 0
    assert.match(also(quiet), /No request has come for 30 s/)
  })

  it('does not call a program wrong that serves nothing, or has ended', () => {
    const program = allWell(2, now)
    program.status.listen = false
    program.status.bySlot = program.status.bySlot.map((slot) => ({ ...slot, state: 'finished' }))
    program.status.workers = []
    assert.match(said(program), /^well: Finished/)
    program.status.bySlot[0]!.lastFailure = crashLoop(now).status.bySlot[3]!.lastFailure
    assert.match(said(program), /^bad: Failed: .*Cannot find module/)
  })

  it('leads with the gravest, and keeps the rest', () => {
    const program = crashLoop(now)
    program.status.lastReload = { generation: 13, state: 'under way', at: now }
    program.faults.push(...muchToSay(now).faults)
    assert.match(said(program), /^bad: Degraded/)
    assert.match(also(program), /change: Reloading: generation 13 is in 0 of 8 slots/)
  })
})

describe('the event stream', async () => {
  const { eventParser } = await load<{
    eventParser: (onEvent: (name: string, data: unknown) => void) => (piece: string) => void
  }>('page/event-parser.js')

  it('is read whatever pieces it comes in', () => {
    for (const end of ['\n', '\r\n', '\r']) {
      const text = [
        ': hello',
        'event: sample',
        'data: {"a":',
        'data: "ä\\n"}',
        '',
        'data: 1',
        '',
        'event: empty',
        '',
        '',
      ].join(end)
      for (let size = 1; size <= text.length; size++) {
        const events: unknown[] = []
        const parse = eventParser((name, data) => events.push([name, data]))
        for (let at = 0; at < text.length; at += size) parse(text.slice(at, at + size))
        // The last of a lone \r is only sure with the next piece.
        parse(':')
        assert.deepEqual(
          events,
          [
            ['sample', { a: 'ä\n' }],
            ['message', 1],
          ],
          `${JSON.stringify(end)}, ${size}`,
        )
      }
    }
  })
})

describe('numbers and times', async () => {
  const words = await load<Record<string, (value: number, ...more: number[]) => string>>('page/words.js')
  const { niceTop, niceBytes, minutes } = await load<{
    niceTop: (value: number, least: number) => number
    niceBytes: (value: number) => number
    minutes: (from: number, to: number) => number[]
  }>('page/axis.js')

  it('are short, and have their unit', () => {
    const { rate, bytes, milliseconds, duration, percent, compact } = words
    assert.deepEqual(
      [0, 0.4, 7, 412, 1234, 99_960, 3_400_000].map((value) => rate!(value)),
      ['0/s', '0.4/s', '7/s', '412/s', '1.2 k/s', '100 k/s', '3.4 M/s'],
    )
    assert.deepEqual(
      [0, 1023, 340 * 2 ** 20, 2 ** 30, 5.3 * 2 ** 30].map((value) => bytes!(value)),
      ['0 B', '1023 B', '340 MB', '1 GB', '5.3 GB'],
    )
    assert.deepEqual(
      [0, 0.42, 9.96, 38, 999.7, 1240, 12_000].map((value) => milliseconds!(value)),
      ['0 ms', '0.4 ms', '10 ms', '38 ms', '1 s', '1.2 s', '12 s'],
    )
    assert.deepEqual(
      [999, 61_000, 3_600_000, 15_000_000, 183_600_000].map((value) => duration!(value)),
      ['0 s', '1 min', '1 h', '4 h 10 min', '2 d 3 h'],
    )
    assert.deepEqual(
      [0, 0.004, 0.5].map((value) => percent!(value)),
      ['0 %', '0.4 %', '50 %'],
    )
    assert.equal(compact!(999_600), '1 M')
  })

  it('have axes with round ends above them', () => {
    assert.deepEqual(
      [0, 0.3, 1, 3.6, 4.5, 930, 1].map((value) => niceTop(value, 1)),
      [1, 1, 2, 4, 5, 1000, 2],
    )
    assert.equal(niceBytes(736 * 2 ** 20), 800 * 2 ** 20)
    assert.equal(niceBytes(960 * 2 ** 20), 2 ** 30)
    assert.deepEqual(minutes(61_000, 180_000), [120_000, 180_000])
  })
})
