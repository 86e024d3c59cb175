import assert from 'node:assert/strict'
import { afterEach, it } from 'node:test'
import { slotEnvironment, slotVariables } from './slot-environment.ts'

const both = ['CLUSTERED_SLOT', 'NODE_APP_INSTANCE']
const own = ['CLUSTERED_SLOT']

afterEach(() => {
  delete process.env['NODE_APP_INSTANCE']
})

it('says the slot in both variables, and in none to a spare', () => {
  assert.deepEqual(slotVariables({}), both)
  assert.deepEqual(slotEnvironment(both, 3), { CLUSTERED_SLOT: '3', NODE_APP_INSTANCE: '3' })
  assert.deepEqual(slotEnvironment(both, -1), { CLUSTERED_SLOT: undefined, NODE_APP_INSTANCE: undefined })
})

it('leaves NODE_APP_INSTANCE to whoever means something else by it', () => {
  assert.deepEqual(slotVariables({ NODE_APP_INSTANCE: 'blue' }), own)
  assert.deepEqual(slotVariables({ NODE_APP_INSTANCE: undefined }), own, 'taken out')
  process.env['NODE_APP_INSTANCE'] = 'blue'
  assert.deepEqual(slotVariables({}), own)
  assert.deepEqual(slotVariables({ ...process.env }), own)
})

it('takes a number that the primary itself was given for that of another', () => {
  process.env['NODE_APP_INSTANCE'] = '0'
  assert.deepEqual(slotVariables({}), both)
  assert.deepEqual(slotVariables({ ...process.env }), both, 'a copy of what there is')
  assert.deepEqual(slotVariables({ NODE_APP_INSTANCE: '5' }), own)
})
