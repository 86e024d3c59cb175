import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { type Load, type Move, shareConnections, shareWork } from './moves.ts'

const most = 16

function of(connections: number, more: Partial<Load> = {}): Load {
  return { connections, utilization: 1, gives: connections, takes: true, ...more }
}

function moved(loads: readonly Load[], moves: readonly Move[]): Load[] {
  const counts = loads.map(({ connections }) => connections)
  for (const { from, to } of moves)
    for (const index of to) {
      counts[from]!--
      counts[index]!++
    }
  return loads.map((load, index) => ({ ...load, connections: counts[index]!, gives: counts[index]! }))
}

const counts = (loads: readonly Load[]): number[] => loads.map(({ connections }) => connections)
const text = (loads: readonly Load[]): string => counts(loads).join(' ')

describe('sharing connections', () => {
  it('ends with a fair share for each, whatever there was, and then moves nothing', () => {
    for (let workers = 2; workers <= 16; workers++)
      for (let round = 0; round < 50; round++) {
        const total = Math.floor(Math.random() * workers * 40)
        const cuts = Array.from({ length: workers - 1 }, () => Math.floor(Math.random() * (total + 1)))
        const edges = [0, ...cuts.toSorted((a, b) => a - b), total]
        let loads = edges.slice(1).map((edge, index) => of(edge - edges[index]!))
        const before = text(loads)
        let looks = 0
        for (let moves; (moves = shareConnections(loads, most)).length > 0; loads = moved(loads, moves)) {
          assert.ok(++looks <= total, `still moving: ${before} -> ${text(loads)}`)
          assert.ok(moves.every(({ to }) => to.length <= most))
        }
        const share = total / workers
        const [least, highest] = [Math.min(...counts(loads)), Math.max(...counts(loads))]
        assert.ok(highest <= Math.max(Math.ceil(share), share * 1.1), `${before} -> ${text(loads)}`)
        assert.ok(least >= Math.min(Math.floor(share), share * 0.9), `${before} -> ${text(loads)}`)
      }
  })

  it('gives all workers one before any has two', () => {
    const loads = [of(3), of(1), of(1), of(0)]
    assert.deepEqual(counts(moved(loads, shareConnections(loads, most))), [2, 1, 1, 1])
    assert.deepEqual(counts(moved([of(8), of(0)], shareConnections([of(8), of(0)], most))), [4, 4])
  })

  it('moves nothing for a difference of one, or of a tenth of many', () => {
    assert.deepEqual(shareConnections([of(2), of(1)], most), [])
    assert.deepEqual(shareConnections([of(110), of(100), of(90)], most), [])
    assert.equal(shareConnections([of(120), of(100), of(80)], most).length, 1)
  })

  it('asks none who cannot give, and gives none who cannot take', () => {
    assert.deepEqual(shareConnections([of(8, { gives: 0 }), of(0)], most), [])
    assert.deepEqual(shareConnections([of(8), of(0, { takes: false })], most), [])
    assert.deepEqual(shareConnections([of(8, { gives: 1 }), of(0)], most), [{ from: 0, to: [1] }])
    const loads = [of(8), of(0, { takes: false }), of(0)]
    assert.deepEqual(counts(moved(loads, shareConnections(loads, most))), [4, 0, 4])
  })

  it('leaves few connections with a worker that is busier with them than others with more', () => {
    assert.deepEqual(shareConnections([of(8, { utilization: 0.4 }), of(1, { utilization: 1 })], most), [])
  })
})

describe('sharing work', () => {
  it('moves connections from a busy worker to a calm one, more where the difference is greater', () => {
    const busy = of(20, { utilization: 1 })
    const calm = of(20, { utilization: 0.6 })
    assert.deepEqual(shareWork([busy, calm], most), { from: 0, to: [1, 1] })
    assert.deepEqual(shareWork([of(20, { utilization: 0 }), busy], most)?.to.length, 5)
    assert.equal(shareWork([of(1000), of(0, { utilization: 0 })], most)?.to.length, most)
  })

  it('moves none where nobody is calm, or nobody busy, or the busy one has only that', () => {
    assert.equal(shareWork([of(9), of(9, { utilization: 0.8 })], most), undefined)
    assert.equal(shareWork([of(9, { utilization: 0.85 }), of(9, { utilization: 0 })], most), undefined)
    assert.equal(shareWork([of(1), of(0, { utilization: 0 })], most), undefined)
  })

  it('moves nothing that sharing connections would move back', () => {
    let loads = [of(4), of(4, { utilization: 0.5 })]
    for (let look = 0; look < 4; look++) {
      const move = shareWork(loads, most)
      if (move) loads = moved(loads, [move])
      assert.deepEqual(shareConnections(loads, most), [])
    }
    assert.deepEqual(counts(loads), [1, 7])
  })
})
