import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { build } from './app.js'

test('an order is kept', async (t) => {
  const folder = await mkdtemp(path.join(tmpdir(), 'example-orders-'))
  const fastify = build({}, { file: path.join(folder, 'orders.jsonl') })
  t.after(async () => {
    await fastify.close()
    await rm(folder, { recursive: true })
  })
  const refused = await fastify.inject({ method: 'POST', url: '/orders', payload: { count: 1 } })
  assert.equal(refused.statusCode, 400)
  const added = await fastify.inject({ method: 'POST', url: '/orders', payload: { item: 'tea' } })
  assert.deepEqual([added.statusCode, added.json()], [201, { item: 'tea', count: 1 }])
  assert.deepEqual((await fastify.inject('/orders')).json(), [{ item: 'tea', count: 1 }])
})
