import assert from 'node:assert/strict'
import { once } from 'node:events'
import http from 'node:http'
import { get } from './http.ts'
import { hangTimeout } from './load.ts'

/** Routing, a body, a 404 and an answer that is streamed, of an app in `test/fixtures/adapters`. */
export async function assertAnswers(name: string, port: number): Promise<void> {
  assert.equal((await get(port, '/users/ada')).body, 'user ada', name)

  const json = await post(port, '/json', JSON.stringify({ numbers: [1, 2, 39] }))
  assert.deepEqual([json.status, JSON.parse(json.body)], [200, { sum: 42 }], name)

  assert.equal((await get(port, '/nowhere')).status, 404, name)

  // Each piece is sent when the one before has come back: only an answer that is streamed ends.
  const request = http.request({ host: '127.0.0.1', port, method: 'POST', path: '/echo', agent: false })
  request.setTimeout(hangTimeout, () => request.destroy(new Error(`${name} hangs`)))
  const answer = once(request, 'response') as Promise<[http.IncomingMessage]>
  request.write('one')
  const [response] = await answer
  response.setEncoding('utf8')
  assert.deepEqual(await once(response, 'data'), ['one'], name)
  request.write('two')
  assert.deepEqual(await once(response, 'data'), ['two'], name)
  request.end()
  await once(response, 'end')
}

async function post(port: number, path: string, body: string): Promise<{ status: number; body: string }> {
  const headers = { 'content-type': 'application/json', connection: 'close' }
  const response = await fetch(`http://127.0.0.1:${port}${path}`, { method: 'POST', headers, body })
  return { status: response.status, body: await response.text() }
}
