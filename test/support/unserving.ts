import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import { type Program, start } from './program.ts'
import type { Queue } from './queue.ts'

/** A program that serves nothing, from `test/fixtures/programs`. */
export function run(t: TestContext, app: string, options: object, env: Record<string, string> = {}): Program {
  const OPTIONS = JSON.stringify({ listen: false, readyAfter: 100, reload: { soak: 100 }, ...options })
  return start(t, 'supervised.js', { env: { APP: `programs/${app}`, OPTIONS, ...env } })
}

/** How often that has been seen. */
export function count(program: Program, pattern: RegExp): number {
  return program.output.match(pattern)?.length ?? 0
}

export async function reload(program: Program): Promise<void> {
  const since = program.output.length
  program.kill('SIGHUP')
  await program.sees(/reload done|Reload stopped/, since)
}

/** No job was done twice, and none is missing but those that the queue itself had taken back. */
export function check(queue: Queue, mayLose: number): void {
  assert.equal(inHand(queue), 0)
  checkSoFar(queue, mayLose)
}

/** The same while it goes on: each consumer may have a job in hand. */
export function checkSoFar(queue: Queue, mayLose: number): void {
  const { consumers, done, lost } = queue
  assert.equal(new Set(done).size, done.length, 'a job was done twice')
  assert.ok(inHand(queue) >= 0 && inHand(queue) <= consumers.size, `${inHand(queue)} in hand`)
  assert.ok(lost.length <= mayLose, `lost: ${lost.join()}`)
}

function inHand({ done, handedOut, lost }: Queue): number {
  return handedOut - done.length - lost.length
}
