import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Vitals } from '../../cluster.ts'
import { Answers } from './answers.ts'
import { History, type Second } from './history.ts'

const vitals: Vitals = {
  loopDelay: { p50: 1, p99: 5 },
  utilization: 0.2,
  rss: 100,
  heapUsed: 50,
  connections: 3,
  inFlight: 1,
  requests: 1000,
  requestRate: 40,
  latency: { p50: 0.4, p99: 2 },
  cpu: 0.5,
  lostLog: undefined,
}

const second: Second = {
  at: 5,
  workers: [{ vitals, silentFor: 10 }],
  answers: undefined,
  primary: { cpu: 0.1, rss: 7 },
  ready: 1,
}

const sampleOf = (given: Partial<Second>) => new History().add({ ...second, ...given })

const bounds = [0.005, 0.01, 0.1]

describe('what workers answer per second', () => {
  const ok = { http_response_status_code: '200' }

  it('is the same whenever in the second each of them says it', () => {
    const answers = new Answers()
    const [one, other] = [{}, {}]
    for (let turn = 0; turn < 20; turn++) {
      // Twice within one second of the reader's, and not at all in the next.
      answers.more(one, ok, bounds, [100, 0, 0, 0])
      answers.heard(one, turn * 1000 + (turn % 2) * 150)
      answers.more(other, ok, bounds, [0, 10, 0, 0])
      answers.heard(other, turn * 1000 + 500)
      const lately = answers.lately(turn * 1000 + 600)
      if (turn < 4) continue
      assert.ok(lately!.counts[0]! > 85 && lately!.counts[0]! < 118, `${lately!.counts[0]} of about 100`)
      assert.equal(Math.round(lately!.counts[1]!), 10)
    }
  })

  it('counts every request once, and as an error what had a status of 500 or more, or was cut', () => {
    const answers = new Answers()
    const random = (most: number): number => Math.floor(Math.random() * most)
    let [said, errors, counted, countedErrors] = [0, 0, 0, 0]
    const look = (at: number): void => {
      const lately = answers.lately(at)
      counted += lately?.counts.reduce((sum, count) => sum + count, 0) ?? 0
      countedErrors += lately?.errors ?? 0
    }
    // Workers that come and go, talk at any time, and are late at times.
    let workers = Array.from({ length: 5 }, () => ({}))
    for (let turn = 0; turn < 200; turn++) {
      for (const at of [0, 300, 999].map((ms) => turn * 1000 + ms)) {
        const worker = workers[random(workers.length)]!
        for (const [labels, count] of [
          [ok, random(50)],
          [{ http_response_status_code: '404' }, random(5)],
          [{ error_type: 'aborted' }, random(5)],
          [{ http_response_status_code: '503', error_type: '503' }, random(2)],
          [{ error_type: 'cut' }, random(2)],
        ] as const) {
          answers.more(worker, labels, bounds, [count, 0, 0, 1])
          said += count + 1
          if ('error_type' in labels && labels.error_type !== 'aborted') errors += count + 1
        }
        answers.heard(worker, at)
      }
      if (turn % 7 === 0) workers = workers.with(random(5), {})
      look(turn * 1000 + 500)
    }
    for (let turn = 200; turn < 204; turn++) look(turn * 1000 + 500)
    assert.deepEqual([Math.round(counted), Math.round(countedErrors)], [said, errors])
  })

  it('is nothing of a worker that says no more, or is gone', () => {
    const answers = new Answers()
    const counts = (at: number): number[] => answers.lately(at)!.counts.map((count) => Math.round(count))
    assert.equal(answers.lately(0), undefined)
    answers.more(answers, ok, bounds, [9, 0, 0, 0])
    answers.heard(answers, 1000)
    assert.deepEqual(counts(2200), [9, 0, 0, 0])
    answers.heard(answers, 2000)
    assert.deepEqual(counts(3200), [0, 0, 0, 0])
    answers.more(answers, ok, bounds, [9, 0, 0, 0])
    answers.heard(answers, 3000)
    assert.deepEqual(counts(9000), [9, 0, 0, 0], 'late')
    assert.deepEqual(counts(10_000), [0, 0, 0, 0])
  })
})

describe('a sample', () => {
  it('is of all workers and the primary', () => {
    const workers = [
      { vitals, silentFor: 10 },
      { vitals: { ...vitals, loopDelay: { p50: 1, p99: 30 } }, silentFor: 900 },
      { vitals: undefined, silentFor: undefined },
    ]
    const sample = sampleOf({ workers })
    assert.deepEqual(
      [sample.connections, sample.inFlight, sample.rss, sample.cpu, sample.loopDelay],
      [6, 2, 207, 1.1, 30],
    )
    assert.deepEqual([sample.requests, sample.errors, sample.p50, sample.p99], [80, 0, 0.4, 2])
  })

  it('has the silence of a worker that hangs as its delay, and not its last rate', () => {
    const sample = sampleOf({ workers: [{ vitals, silentFor: 8000 }] })
    assert.deepEqual([sample.loopDelay, sample.requests, sample.cpu], [8000, 0, 0.1])
    assert.deepEqual([sample.p50, sample.rss], [null, 107])
  })

  it('has what workers timed where all was faster than the first bucket tells', () => {
    const fast = sampleOf({ answers: { bounds, counts: [100, 0, 0, 0], errors: 2 } })
    assert.deepEqual([fast.requests, fast.errors, fast.p50, fast.p99], [100, 2, 0.4, 2])
    const slow = sampleOf({ answers: { bounds, counts: [60, 0, 40, 0], errors: 0 } })
    assert.equal(slow.p50, 0.4)
    assert.ok(slow.p99! > 90 && slow.p99! <= 100)
    assert.equal(sampleOf({ answers: { bounds, counts: [0, 0, 0, 0], errors: 0 } }).p50, null)
  })

  it('is remembered for five minutes', () => {
    const history = new History()
    for (let at = 0; at < 1000; at++) history.add({ ...second, at })
    assert.deepEqual(
      [history.samples.length, history.samples[0]!.at, history.samples.at(-1)!.at],
      [300, 700, 999],
    )
    assert.ok(JSON.stringify(history.samples).length < 60_000)
  })
})
