import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, linkSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import net from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { it } from 'node:test'

/** Processes that start at once, and how often: a second winner was seen in more than half of such rounds. */
const [contenders, rounds] = [8, 20]

const contender = `
const { listen } = require(${JSON.stringify(require.resolve('./listener.js'))})
let server
process.on('message', async (path) => {
  if (path) {
    server = undefined
    const end = await listen({ path }, { hangTimeout: 0 }).catch((error) => error)
    if (end instanceof Error) return process.send(end.code)
    server = end
    return process.send('listens')
  }
  const answer = () => process.send('closed')
  if (server) server.close(answer)
  else answer()
})
`

/** A file of a socket that nobody answers, as a process that was killed leaves it behind. */
async function leaveSocket(file: string): Promise<void> {
  const server = net.createServer().listen(`${file}.alive`)
  await once(server, 'listening')
  linkSync(`${file}.alive`, file)
  server.close()
  await once(server, 'close')
}

async function askAll(children: ChildProcess[], message: string): Promise<unknown[]> {
  const answers = children.map(async (child) => ((await once(child, 'message')) as [unknown])[0])
  for (const child of children) child.send(message)
  return Promise.all(answers)
}

it(
  'the socket that a killed process left is had by one of several that start at once',
  { skip: process.platform !== 'linux' && 'needs locks that die with their holder', timeout: 60_000 },
  async (t) => {
    const folder = mkdtempSync(path.join(tmpdir(), 'clustered-listener-'))
    t.after(() => rmSync(folder, { recursive: true, force: true }))
    const children = Array.from({ length: contenders }, () =>
      spawn(process.execPath, ['-e', contender], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] }),
    )
    t.after(() => children.forEach((child) => child.kill('SIGKILL')))
    for (let round = 0; round < rounds; round++) {
      const file = path.join(folder, String(round))
      await leaveSocket(file)
      const ends = await askAll(children, file)
      const others = ends.filter((end) => end !== 'listens')
      assert.deepEqual(
        others,
        Array.from({ length: contenders - 1 }, () => 'EADDRINUSE'),
      )
      assert.deepEqual(readdirSync(folder), [String(round)])
      await askAll(children, '')
      assert.equal(existsSync(file), false)
    }
  },
)
