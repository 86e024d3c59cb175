import assert from 'node:assert/strict'
import { EventEmitter, once } from 'node:events'
import http, { type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, it, type TestContext } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { Log } from '../../log.ts'
import type { PrimaryCluster } from '../../primary/primary-cluster.ts'
import type { ProgramStatus } from '../status.ts'
import { Happenings } from './happenings.ts'
import { Live } from './stream.ts'

class Place {
  readonly cluster = Object.assign(new EventEmitter(), {
    fleet: { handles: [] },
    slots: [],
    telemetry: { follow: () => {} },
    gone: new Promise<void>((resolve) => (this.end = resolve)),
  })
  declare end: () => void
  readonly happenings = new Happenings()
  /** How often somebody had to know how the program is. */
  looks = 0
  readonly live: Live
  #port = 0

  static async open(t: TestContext): Promise<Place> {
    const place = new Place()
    const server = http.createServer((request, response) => {
      try {
        place.live.open(request, response, request.url === '/operator')
      } catch (error) {
        response.writeHead((error as { status: number }).status).end()
      }
    })
    await once(server.listen(0, '127.0.0.1'), 'listening')
    place.#port = (server.address() as AddressInfo).port
    t.after(() => {
      place.end()
      server.closeAllConnections()
      server.close()
    })
    return place
  }

  private constructor() {
    this.live = new Live({
      cluster: this.cluster as unknown as PrimaryCluster,
      status: () => ({ looks: ++this.looks }) as unknown as ProgramStatus,
      happenings: this.happenings,
    })
  }

  async reader(path = '/operator'): Promise<{ status: number; text: () => string }> {
    const request = http.get({ port: this.#port, host: '127.0.0.1', path, agent: false })
    const [response] = (await once(request, 'response')) as [IncomingMessage & ServerResponse]
    let text = ''
    response.setEncoding('utf8').on('data', (more: string) => (text += more))
    response.on('error', () => {})
    return { status: response.statusCode, text: () => text }
  }
}

describe('the live stream', () => {
  it('tells a status at once, and of many changes together ten a second', async (t) => {
    const place = await Place.open(t)
    place.cluster.emit('state')
    await sleep(150)
    assert.equal(place.looks, 0, 'nothing is done for nobody')
    const reader = await place.reader()
    const began = performance.now()
    for (let change = 0; change < 200; change++) {
      place.cluster.emit('state')
      await sleep(5)
    }
    const most = (performance.now() - began) / 100 + 3
    assert.ok(place.looks > 4 && place.looks <= most, `${place.looks} of at most ${most}`)
    assert.match(reader.text(), /^event: program\n.*\n\nevent: status\n/)
  })

  it('keeps places for those who may change something', async (t) => {
    const place = await Place.open(t)
    const statuses = async (count: number, path: string): Promise<number[]> => {
      const readers = await Promise.all(Array.from({ length: count }, () => place.reader(path)))
      return readers.map(({ status }) => status)
    }
    const others = await statuses(30, '/')
    assert.equal(others.filter((status) => status === 200).length, 24)
    const operators = await statuses(10, '/operator')
    assert.equal(operators.filter((status) => status === 200).length, 8)
    assert.deepEqual([...new Set([...others, ...operators])], [200, 503])
  })

  it('has what is logged, whether it is logged or not, and without queries', async (t) => {
    const place = await Place.open(t)
    const lines: string[] = []
    const log = place.happenings.besides(new Log(({ msg }) => lines.push(msg)))
    log.warn('worker:lag', 'worker 0 stands, on GET /a?b=secret', { slot: 0, request: 'GET /a?b=secret' })
    for (let count = 0; count < 250; count++) log.info('worker:problem', `${count} ${'x'.repeat(5000)}`)
    assert.equal(lines.length, 251, 'the log has all')
    assert.equal(place.happenings.last.length, 200)
    assert.ok(place.happenings.last.every(({ text }) => text.length < 2010))
    const again = await Place.open(t)
    again.happenings
      .besides(new Log(() => {}))
      .warn('worker:lag', 'on GET /a?b=secret.', { request: 'GET /a?b=secret' })
    assert.equal(again.happenings.last[0]!.text, 'on GET /a?….')
  })
})
