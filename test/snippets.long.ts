import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { before, describe, it, type TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'
import { allFences } from './snippets/pages.ts'
import { type Piece, piecesOf } from './snippets/pieces.ts'
import { compile, writeProject } from './snippets/project.ts'
import { ask, outputOf, placeOf, prepare, writeTogether } from './snippets/run.ts'
import { byWay, notRun } from './snippets/sorted-out.ts'
import { type Program, start } from './support/program.ts'
import { temporaryFolder } from './support/temporary-folder.ts'

const command = fileURLToPath(new URL('../../packages/cli/dist/main.js', import.meta.url))
const pieces = await piecesOf(allFences())
const { program, alone, together } = byWay(pieces)

const isSecure = ({ code }: Piece): boolean => /\bcert\b/.test(code)

/** What a program of the documents never says. */
const faults = /failed:|\[clustered\] (error|warning(?!.* no server that listens after))|Unhandled|killed by/

describe('pieces of code in the documents', { concurrency: 3 }, () => {
  const folder = temporaryFolder(fileURLToPath(new URL('snippets', import.meta.url)))
  let ports: Map<Piece, number[]>

  before(async () => {
    writeProject(folder, pieces)
    // What the compiler has against them is told by another test.
    await compile(folder, pieces)
    // One of them supervises it.
    writeFileSync(`${folder}/worker.js`, 'setInterval(() => {}, 1000)')
    ports = await prepare(folder, pieces)
  })

  const run = (t: TestContext, words: string[], workers = '1'): Program =>
    start(t, words[0]!, {
      asGiven: true,
      args: words.slice(1),
      cwd: folder,
      env: { CLUSTERED_WORKERS: workers, CLUSTERED_CONTROL: 'false', XDG_RUNTIME_DIR: folder, HOME: folder },
    })

  it('are run, or it is said why not', (t) => {
    t.diagnostic(`${program.length} programs, ${alone.length} for themselves, ${together.length} together`)
    for (const reason of notRun(pieces)) t.diagnostic(`not run: ${reason}`)
  })

  for (const piece of program)
    it(`${placeOf(piece)} serves, and stops with 0`, async (t) => {
      const isPlain = piece.folder.endsWith('/cli')
      const running = run(t, [...(isPlain ? [command, 'start'] : []), outputOf(folder, piece)])
      await running.sees(/listening on /)
      for (const port of ports.get(piece)!) await ask(port, isSecure(piece))
      running.kill('SIGTERM')
      assert.equal(await running.ends(), 0, running.output)
      assert.doesNotMatch(running.output, faults)
    })

  for (const piece of alone)
    it(`${placeOf(piece)} comes to its end`, async (t) => {
      const running = run(t, [outputOf(folder, piece)], piece.fence.note.single ? '0' : '1')
      const ended = running.ends()
      // Some end by themselves.
      const stop = running.sees(/takes a message|is ready after/).then(
        () => running.kill('SIGTERM'),
        () => {},
      )
      assert.equal(await ended, 0, running.output)
      await stop
      assert.doesNotMatch(running.output, faults)
    })

  it(`${together.length} of them run together, and each answers that listens`, async (t) => {
    const running = run(t, [writeTogether(folder, together)])
    await running.sees(/^loaded in the primary$/m)
    await running.sees(/^loaded in the worker$/m)
    const places = together.flatMap((piece) => ports.get(piece)!.map((port) => ({ piece, port })))
    for (const { piece, port } of places)
      await ask(port, isSecure(piece)).catch((error: Error) =>
        assert.fail(`${placeOf(piece)}: ${error.message}`),
      )
    t.diagnostic(`${places.length} places have answered`)
    running.kill('SIGTERM')
    assert.equal(await running.ends(), 0, running.output)
    assert.doesNotMatch(running.output, faults)
  })
})
