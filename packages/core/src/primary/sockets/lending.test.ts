import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { type Borrower, decideLending } from './lending.ts'

const worker = (slot: number, late = false): Borrower => ({ slot, late })

describe('lending', () => {
  it('gives each worker the socket of its slot', () => {
    const [a, b] = [worker(0), worker(1)]
    assert.deepEqual(decideLending(2, [a, b], []), [new Set([a]), new Set([b])])
  })

  it('gives it to the old and the new one during a surge', () => {
    const [old, fresh] = [worker(0), worker(0)]
    assert.deepEqual(decideLending(1, [old, fresh], []), [new Set([old, fresh])])
  })

  it('gives the socket of a dead worker to a sibling, and of two to two', () => {
    const [a, b] = [worker(0), worker(1)]
    const [, , third, fourth] = decideLending(4, [a, b], [])
    assert.deepEqual(new Set([...third!, ...fourth!]), new Set([a, b]))
    assert.notDeepEqual(third, fourth)
  })

  it('gives the socket of a late worker to a sibling as well', () => {
    const [late, sibling] = [worker(0, true), worker(1)]
    assert.deepEqual(decideLending(2, [late, sibling], []), [new Set([late, sibling]), new Set([sibling])])
  })

  it('keeps a sibling that has it', () => {
    const [a, b, c] = [worker(0), worker(1), worker(2)]
    const current = [new Set([a]), new Set([b]), new Set([c]), new Set([b])]
    assert.deepEqual(decideLending(4, [a, b, c], current)[3], new Set([b]))
  })

  it('gives nothing to workers that are all late, beyond what is theirs', () => {
    const [a, b] = [worker(0, true), worker(1, true)]
    assert.deepEqual(decideLending(3, [a, b], []), [new Set([a]), new Set([b]), new Set()])
  })
})
