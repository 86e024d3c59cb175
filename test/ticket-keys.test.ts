import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import https from 'node:https'
import path from 'node:path'
import { describe, it } from 'node:test'
import tls from 'node:tls'
import { text } from 'node:stream/consumers'
import { eventually, start } from './support/program.ts'
import { temporaryFolder } from './support/temporary-folder.ts'

const options = JSON.stringify({ workers: 2, reload: { soak: 50 }, control: false })

/** A client that keeps the last session that it was given. */
class Client {
  readonly #port: number
  session: Buffer | undefined

  constructor(port: number) {
    this.#port = port
  }

  /** @returns whether the session was resumed. */
  async connects(session = this.session): Promise<boolean> {
    const socket = tls.connect({
      port: this.#port,
      rejectUnauthorized: false,
      maxVersion: 'TLSv1.2',
      ...(session && { session }),
    })
    socket.on('session', (ticket: Buffer) => (this.session = ticket))
    await once(socket, 'secureConnect')
    const resumed = socket.isSessionReused()
    socket.end()
    await once(socket, 'close')
    return resumed
  }

  /** Whether a session is resumed by whatever worker it comes to. */
  async isResumedByAll(session = this.session): Promise<boolean> {
    for (let time = 0; time < 12; time++) if (!(await this.connects(session))) return false
    return true
  }

  async get(url: string): Promise<string> {
    const request = https.get({ port: this.#port, path: url, rejectUnauthorized: false, agent: false })
    const [response] = await once(request, 'response')
    return text(response)
  }
}

describe('keys of TLS tickets', () => {
  for (const how of ['option', 'call'])
    it(`are those that the app gives, and new ones after a reload (${how})`, async (t) => {
      const folder = temporaryFolder()
      const file = path.join(folder, 'keys')
      writeFileSync(file, randomBytes(48).toString('hex'))
      const program = start(t, 'ticket-keys.js', { env: { OPTIONS: options, KEYS: file, HOW: how } })
      const client = new Client(await program.listens())
      await client.connects()
      const old = client.session
      assert.ok(await client.isResumedByAll(old))

      writeFileSync(file, randomBytes(48).toString('hex'))
      program.kill('SIGHUP')
      await program.sees(/reload done/)
      await eventually(() => program.workers().length === 2, 'the old ones are gone')
      assert.equal(await client.connects(old), false)
      assert.ok(await client.isResumedByAll())
    })

  it('that the app renews in one worker are those of all, and a new certificate keeps them', async (t) => {
    const program = start(t, 'ticket-keys.js', { env: { OPTIONS: options } })
    const client = new Client(await program.listens())
    await client.connects()
    const first = client.session
    const renewed = new Set<string>()
    while (renewed.size < 2) renewed.add(await client.get('/renew'))
    assert.ok(await client.isResumedByAll(first))

    await client.get('/rotate')
    await eventually(
      async () => !(await client.connects(first)) && (await client.isResumedByAll()),
      'all have them',
    )
    const rotated = client.session
    program.kill('SIGHUP')
    await program.sees(/reload done/)
    await eventually(() => program.workers().length === 2, 'the old ones are gone')
    assert.ok(await client.isResumedByAll(rotated))
  })
})
