import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { readdirSync, readlinkSync, symlinkSync, writeFileSync } from 'node:fs'
import http from 'node:http'
import path from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'
import { Desk } from './support/desk.ts'
import { get } from './support/http.ts'
import { freePort } from './support/port.ts'
import { eventually } from './support/program.ts'

const modules = fileURLToPath(new URL('../../node_modules', import.meta.url))
/** In ms: what the program asks for in production, and nobody waits for at a save. */
const patient = 30_000

const saves = Number(process.env['SAVES'] ?? 2)

/** What is saved again and again. */
const app = (version: number, wrap: (app: string) => string): string => `
import http from 'node:http'
${wrap(`(request, response) => response.end('version ${version}')`)}
`

const forms = {
  clustered: (listener: string) =>
    `import { clustered } from '@clustered/core'
clustered(${listener}, { drainTimeout: 20000, shutdownDelay: ${patient} }).listen(Number(process.env.PORT))`,
  single: (listener: string) =>
    `import { clustered } from '@clustered/core'
clustered(${listener}, { workers: 0 }).listen(Number(process.env.PORT))`,
  factory: (listener: string) => `export default ${listener}`,
  plain: (listener: string) => `http.createServer(${listener}).listen(Number(process.env.PORT))`,
}

const loadsApp = `import { clustered } from '@clustered/core'
clustered(() => import('./app.mjs').then((module) => module.default)).listen(Number(process.env.PORT))`

const tools: Record<string, { command: string[]; form?: keyof typeof forms; file?: string }> = {
  'nodemon server.js': { command: ['nodemon', '-q', 'server.mjs'] },
  'nodemon of single mode': { command: ['nodemon', '-q', 'server.mjs'], form: 'single' },
  'nodemon --exec': {
    command: ['nodemon', '-q', '--exec', 'node --import tsx', 'server.ts'],
    file: 'server.ts',
  },
  'nodemon --exec through a shell that stays': {
    command: ['nodemon', '-q', '-e', 'mjs', '--exec', 'node server.mjs; exit $?'],
  },
  'nodemon --signal SIGHUP --exec': {
    command: ['nodemon', '-q', '--signal', 'SIGHUP', '--exec', 'node server.mjs'],
  },
  'nodemon --exec clustered start': {
    command: ['nodemon', '-q', '--exec', 'clustered start', 'server.mjs'],
    form: 'plain',
  },
  'tsx watch': { command: ['tsx', 'watch', 'server.ts'], file: 'server.ts' },
  'node --watch': { command: ['node', '--watch', 'server.mjs'] },
  'node --watch, of what only workers load': {
    command: ['node', '--watch', 'server.mjs'],
    form: 'factory',
    file: 'app.mjs',
  },
  'node --watch-path': { command: ['node', '--watch-path', '.', 'server.mjs'] },
}

/** Every process that runs in that folder. */
function processesIn(folder: string): number[] {
  return readdirSync('/proc').flatMap((pid) => {
    try {
      return /^\d+$/.test(pid) && readlinkSync(`/proc/${pid}/cwd`) === folder ? Number(pid) : []
    } catch {
      return []
    }
  })
}

async function saveAgainAndAgain(t: TestContext, name: string): Promise<void> {
  const { command, form = 'clustered', file = 'server.mjs' } = tools[name]!
  const desk = new Desk(t)
  const port = await freePort()
  symlinkSync(modules, path.join(desk.project, 'node_modules'))
  const save = (version: number): void =>
    writeFileSync(path.join(desk.project, file), app(version, forms[form]))
  save(0)
  if (form === 'factory') desk.write('server.mjs', loadsApp)
  const [tool, ...args] = command as [string, ...string[]]
  const child = spawn(tool === 'node' ? process.execPath : path.join(modules, '.bin', tool), args, {
    cwd: desk.project,
    env: {
      ...desk.env,
      PATH: `${path.dirname(process.execPath)}:${desk.env['PATH']}`,
      PORT: String(port),
      WEB_CONCURRENCY: '2',
    },
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  t.after(() => {
    for (const pid of [...processesIn(desk.project), child.pid!])
      try {
        process.kill(pid, 'SIGKILL')
      } catch {
        // Gone already.
      }
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => (output += text))
  const exit = new Promise((resolve) => child.once('exit', resolve))
  const browser = new http.Agent({ keepAlive: true })
  const serves = async (version: number): Promise<void> => {
    let seen = ''
    await eventually(async () => {
      try {
        seen = (await get(port, '/', browser)).body
      } catch {
        return false
      }
      return seen === `version ${version}`
    }, `version ${version} after ${seen}, in ${output}`)
  }
  await serves(0)
  const times: number[] = []
  for (let version = 1; version <= saves; version++) {
    const began = performance.now()
    save(version)
    await serves(version)
    times.push(Math.round(performance.now() - began))
  }
  t.diagnostic(`from save to served, in ms: ${times.join(' ')}`)
  assert.ok(Math.max(...times) < patient, `a stop is short: ${times}`)
  assert.doesNotMatch(output, /reload to generation/)
  assert.doesNotMatch(output, /EADDRINUSE|no message of Clustered/)
  child.kill('SIGINT')
  await exit
  await eventually(() => processesIn(desk.project).length === 0, `no process is left, after ${output}`)
  browser.destroy()
  await assert.rejects(get(port))
}

describe('saves under a watcher', () => {
  for (const name of Object.keys(tools))
    it(`serves the newest code: ${name}`, (t) => saveAgainAndAgain(t, name))
})
