import assert from 'node:assert/strict'
import { it } from 'node:test'
import { ClusteredError } from './errors.ts'
import { Leading } from './leading.ts'
import { onLead } from './on-lead.ts'

function made() {
  const reports: string[] = []
  return { reports, leading: new Leading((problem) => reports.push(problem)) }
}

it('calls each hook once, those that come later too, and is over when all have ended', async () => {
  const { leading, reports } = made()
  const called: string[] = []
  let finish = (): void => {}
  leading.add(() => called.push('first'))
  leading.begin()
  leading.begin()
  leading.add((signal) => {
    called.push('second')
    return new Promise<void>((resolve) => (finish = resolve)).then(() => signal.throwIfAborted())
  })
  assert.deepEqual(called, ['first', 'second'])
  assert.ok(leading.leads)
  let over: boolean | undefined
  const ended = leading.end(1000).then((isOver) => (over = isOver))
  assert.ok(!leading.leads)
  await new Promise((resolve) => setTimeout(resolve, 20))
  assert.equal(over, undefined)
  finish()
  assert.equal(await ended, true)
  assert.deepEqual(reports, [])
})

it('has not led where it was not told to, and does not begin after its end', async () => {
  const { leading } = made()
  leading.add(() => assert.fail('called'))
  assert.equal(await leading.end(0), false)
  leading.begin()
  assert.ok(!leading.leads)
})

it('says once why this process never leads, and only to whoever wants it to', () => {
  const { leading, reports } = made()
  leading.refuse('as told')
  assert.deepEqual(reports, [])
  leading.add(() => assert.fail('called'))
  leading.add(() => assert.fail('called'))
  leading.begin()
  assert.deepEqual(reports, ['as told'])
  assert.ok(!leading.leads)
})

it('refuses what is no hook', () => {
  assert.throws(
    () => onLead('daily' as never),
    (error) =>
      error instanceof ClusteredError &&
      /onLead: 'daily' is not valid. Allowed: a function/.test(error.message),
  )
})
