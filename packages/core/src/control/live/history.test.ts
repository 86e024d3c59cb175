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
    answers.heard(one, 0)
    for (let turn = 1; turn <= 5; turn++) {
      // Twice within one second of the reader's, and not at all in the next.
      answers.more(one, ok, bounds, [100, 0, 0, 0])
      answers.heard(one, turn * 1000 + (turn % 2) * 300)
      answers.more(other, ok, bounds, [0, 10, 0, 0])
      answers.heard(other, turn * 1000 + 500)
      const { counts } = answers.lately(turn * 1000 + 600)!
      assert.ok(counts[0]! > 75 && counts[0]! <= 100, `${counts[0]} of about 100`)
      assert.equal(counts[1], 10)
    }
  })

  it('counts as errors what had a status of 500 or more, or was cut', () => {
    const answers = new Answers()
    answers.more(answers, ok, bounds, [1, 0, 0, 0])
    answers.more(answers, { http_response_status_code: '404' }, bounds, [2, 0, 0, 0])
    answers.more(answers, { http_response_status_code: '503', error_type: '503' }, bounds, [0, 3, 0, 0])
    answers.more(answers, { error_type: 'cut' }, bounds, [0, 0, 0, 4])
    answers.more(answers, { error_type: 'aborted' }, bounds, [0, 0, 5, 0])
    answers.heard(answers, 1000)
    assert.deepEqual(answers.lately(1000), { bounds, counts: [3, 3, 5, 4], errors: 7 })
  })

  it('is nothing of a worker that says no more, or is gone', () => {
    const answers = new Answers()
    assert.equal(answers.lately(0), undefined)
    answers.more(answers, ok, bounds, [9, 0, 0, 0])
    answers.heard(answers, 1000)
    assert.deepEqual(answers.lately(1500)!.counts, [9, 0, 0, 0])
    answers.heard(answers, 2000)
    assert.deepEqual(answers.lately(2500)!.counts, [0, 0, 0, 0])
    answers.more(answers, ok, bounds, [9, 0, 0, 0])
    answers.heard(answers, 3000)
    assert.deepEqual(answers.lately(9000)!.counts, [0, 0, 0, 0])
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
