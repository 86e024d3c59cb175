import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import http from 'node:http'
import { after, before, describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { io, type Socket } from 'socket.io-client'
import { WebSocket } from 'ws'
import { get } from './support/http.ts'
import { hangTimeout } from './support/load.ts'
import { eventually, Program } from './support/program.ts'
import { temporaryFolder } from './support/temporary-folder.ts'

const page = readFileSync(
  fileURLToPath(new URL('../../docs/several-processes/index.md', import.meta.url)),
  'utf8',
)
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
const hasSqlite = major > 22 || (major === 22 && minor >= 13)

/** The page's pieces of code, by the section that they are in; the second of a section ends in -2. */
function recipes(): Map<string, string> {
  const found = new Map<string, string>()
  for (const section of page.split(/^## /m).slice(1)) {
    const slug = section.split('\n', 1)[0]!.toLowerCase().replaceAll(' ', '-').replaceAll('.', '')
    const blocks = [...section.matchAll(/^```js\n([^]*?)^```/gm)].map(([, code]) => code!)
    blocks.forEach((code, index) => found.set(index === 0 ? slug : `${slug}-${index + 1}`, code))
  }
  return found
}

/** As it stands there, with an `app` of its own under its name; what it gives to `clustered` is for all. */
function toModule(name: string, code: string): string {
  return `import express from 'express'
import { app as all, database, sendReports } from './app.js'
const app = express.Router()
all.use('/${name}', app)
${code
  .replace(/^clustered\(app, ([^]*?)\)\.listen\(8000\)$/m, 'export const options = $1')
  .replace('60_000, undefined', '50, undefined')
  .replace('windowMs = 60_000', 'windowMs = 86_400_000')}`
}

const app = `import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import express from 'express'

export const app = express()
app.use(express.json())
app.get('/pid', (request, response) => response.send(String(process.pid)))
export const database = {
  load: async (id) => (existsSync(id) ? JSON.parse(readFileSync(id, 'utf8')) : null),
  save: async (id, user) => writeFileSync(id, JSON.stringify(user)),
}
export const sendReports = () => console.log('reports of ' + process.pid)
`

/** The routes that try a recipe, and are part of none. */
const tried = `
for (const name of ['sessions', 'sessions-2'])
  app.get('/' + name + '/visit', (request, response) => {
    request.session.visits = (request.session.visits ?? 0) + 1
    response.json({ visits: request.session.visits, pid: process.pid })
  })
app.get('/rate-limits/asks', (request, response) => response.send('let in'))
`

function main(names: readonly string[]): string {
  return `import { clustered } from '@clustered/express'
import { app } from './app.js'
${names.map((name, index) => `import * as of${index} from './${name}.js'`).join('\n')}
const parts = [${names.map((_, index) => `of${index}.options ?? {}`).join(', ')}]
${tried}
clustered(app, {
  ...Object.assign({}, ...parts),
  workers: 2,
  server: { keepAliveTimeout: 600_000 },
  onServer: (server) => parts.forEach(({ onServer }) => onServer?.(server)),
}).listen(0)
`
}

interface Answer {
  status: number
  body: string
  cookie: string | undefined
}

describe('the recipes of docs/several-processes/index.md', () => {
  const folder = temporaryFolder(fileURLToPath(new URL('.', import.meta.url)))
  const agents: http.Agent[] = []
  const clients: { close(): unknown }[] = []
  let program: Program
  let port: number
  /** A connection to each of the two workers. */
  let one: http.Agent
  let other: http.Agent

  const ask = (
    agent: http.Agent,
    method: string,
    where: string,
    { body, cookie }: { body?: unknown; cookie?: string | undefined } = {},
  ): Promise<Answer> =>
    new Promise((resolve, reject) => {
      const headers = {
        ...(cookie !== undefined && { cookie }),
        ...(body !== undefined && !Buffer.isBuffer(body) && { 'content-type': 'application/json' }),
      }
      const request = http.request({ port, agent, method, path: where, headers }, (response) => {
        let text = ''
        response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
        const cookies = response.headers['set-cookie']?.map((each) => each.split(';', 1)[0])
        response.on('error', reject)
        response.on('end', () =>
          resolve({ status: response.statusCode!, body: text, cookie: cookies?.join('; ') }),
        )
      })
      request.setTimeout(hangTimeout, () => request.destroy(new Error('hung')))
      request.on('error', reject).end(Buffer.isBuffer(body) ? body : body && JSON.stringify(body))
    })

  const newAgent = (): http.Agent => {
    const agent = new http.Agent({ keepAlive: true, maxSockets: 1 })
    agents.push(agent)
    return agent
  }

  before(async () => {
    const found = [...recipes()].filter(([, code]) => hasSqlite || !code.includes('node:sqlite'))
    writeFileSync(`${folder}/package.json`, '{ "type": "module" }')
    writeFileSync(`${folder}/app.js`, app)
    for (const [name, code] of found) writeFileSync(`${folder}/${name}.js`, toModule(name, code))
    const names = found.map(([name]) => name)
    writeFileSync(`${folder}/main.js`, main(names))
    program = new Program('main.js', { cwd: folder, asGiven: true, env: { CLUSTERED_MIGRATE: 'false' } })
    port = await program.listens()
    one = newAgent()
    const { body: pid } = await ask(one, 'GET', '/pid')
    do other = newAgent()
    while ((await ask(other, 'GET', '/pid')).body === pid)
  })

  after(async () => {
    for (const client of clients) client.close()
    for (const agent of agents) agent.destroy()
    await program.dispose()
  })

  it('are all tried', () => {
    assert.deepEqual(
      [...recipes().keys()],
      [
        'sessions',
        'sessions-2',
        'secrets-made-up-at-the-start',
        'rate-limits',
        'caches',
        'what-all-clients-are-told',
        'socketio',
        'cron-jobs',
        'sqlite',
        'uploads-and-other-files',
      ],
    )
  })

  for (const [name, what] of [
    ['sessions', 'a session in a cookie, signed with a secret that the primary has made up'],
    ['sessions-2', 'a session in SQLite'],
  ] as const)
    it(what, { skip: name === 'sessions-2' && !hasSqlite && 'needs node:sqlite' }, async () => {
      const first = await ask(one, 'GET', `/${name}/visit`)
      let { cookie } = first
      const answers = [first.body]
      for (const agent of [other, one, other]) {
        const answer = await ask(agent, 'GET', `/${name}/visit`, { cookie })
        cookie = answer.cookie ?? cookie
        answers.push(answer.body)
      }
      const told = answers.map((body) => JSON.parse(body) as { visits: number; pid: number })
      assert.deepEqual(
        told.map(({ visits }) => visits),
        [1, 2, 3, 4],
      )
      assert.equal(new Set(told.map(({ pid }) => pid)).size, 2)
    })

  it('a rate limit, once for all workers', async () => {
    const statuses: number[] = []
    for (let asked = 0; asked < 150; asked++)
      statuses.push((await ask(asked % 2 === 0 ? one : other, 'GET', '/rate-limits/asks')).status)
    const letIn = statuses.filter((status) => status === 200).length
    // Messages may be on their way.
    assert.ok(letIn >= 100 && letIn < 140, `${letIn} of 150 were let in`)
  })

  it('a cache that hears of changes', async () => {
    await ask(one, 'PUT', '/caches/users/ada', { body: { name: 'Ada' } })
    for (const agent of [one, other])
      assert.equal((await ask(agent, 'GET', '/caches/users/ada')).body, '{"name":"Ada"}')
    await ask(one, 'PUT', '/caches/users/ada', { body: { name: 'Countess' } })
    for (const agent of [one, other])
      await eventually(
        async () => (await ask(agent, 'GET', '/caches/users/ada')).body === '{"name":"Countess"}',
        'the change is seen',
      )
  })

  it('WebSockets, in rooms', async () => {
    const heard = new Map<WebSocket, string[]>()
    const enter = (room: string): Promise<WebSocket> =>
      new Promise((resolve, reject) => {
        const client = new WebSocket(`ws://127.0.0.1:${port}/${room}`)
        const texts: string[] = []
        heard.set(client, texts)
        clients.push(client)
        client.on('message', (data: Buffer) => texts.push(data.toString()))
        client.on('open', () => resolve(client)).on('error', reject)
      })
    const guests = await Promise.all(Array.from({ length: 8 }, () => enter('red')))
    const stranger = await enter('blue')
    guests.forEach((guest, index) => guest.send(String(index)))
    const all = guests.map((_, index) => String(index))
    await eventually(
      () => guests.every((guest) => heard.get(guest)!.length === all.length),
      'every guest hears every other',
    )
    for (const guest of guests) assert.deepEqual(heard.get(guest)!.toSorted(), all)
    assert.deepEqual(heard.get(stranger), [])
  })

  it('Socket.IO, whose clients poll', async () => {
    const refusals: string[] = []
    const heard = new Map<Socket, string>()
    const guests = Array.from({ length: 8 }, () => {
      const guest = io(`http://127.0.0.1:${port}`, { forceNew: true, transports: ['polling'] })
      clients.push(guest)
      guest.on('said', (text: string) => heard.set(guest, text))
      guest.on('connect_error', ({ message }) => refusals.push(message))
      return guest
    })
    await eventually(() => guests.every(({ connected }) => connected), 'all are connected')
    guests[0]!.emit('say', 'hello')
    await eventually(() => heard.size === guests.length, 'all have heard it')
    assert.deepEqual(refusals, [])
  })

  it('a job, in one worker', async () => {
    const from = program.output.length
    await program.until(
      () => program.output.slice(from).split('reports of ').length > 20,
      'jobs that have run',
    )
    const pids = new Set(program.output.match(/(?<=^reports of )\d+$(?=\n)/gm))
    assert.equal(pids.size, 1, [...pids].join())
  })

  it('a table of SQLite, of which no more is taken than there is', { skip: !hasSqlite }, async () => {
    await ask(one, 'PUT', '/sqlite/stock/book', { body: { pieces: 50 } })
    const each = Array.from({ length: 75 }, async (_, index) => {
      const { status } = await ask(index % 2 === 0 ? one : other, 'POST', '/sqlite/stock/book/take')
      return status
    })
    const statuses = await Promise.all(each)
    const count = (wanted: number): number => statuses.filter((status) => status === wanted).length
    assert.deepEqual([count(204), count(409)], [50, 25])
  })

  it('an upload, which nobody sees before it is whole', async () => {
    const body = Buffer.alloc(300_000, 'x')
    const { id } = JSON.parse(
      (await ask(one, 'POST', '/uploads-and-other-files/uploads', { body })).body,
    ) as { id: string }
    const answer = await ask(other, 'GET', `/uploads-and-other-files/uploads/${id}`)
    assert.equal(answer.body.length, body.length)
    const { status } = await get(port, `/uploads-and-other-files/uploads/.${id}`)
    assert.equal(status, 404)
  })

  it('leave nothing for the log to say', () => {
    assert.doesNotMatch(program.output, /several-processes/)
  })
})
