import { type Outcome, runFile, type TestFile, type Where } from './run-file.ts'

/**
 * - `passes`: in both.
 * - `fails`: in plain Node.js, so that it says nothing about a worker.
 * - `differs`: passes in plain Node.js, and not in a worker.
 */
export type Verdict = 'passes' | 'fails' | 'differs'

export interface Comparison {
  file: TestFile
  verdict: Verdict
  /** In plain Node.js if it fails there, else in the worker. */
  output: string
  /** A worker of node:cluster fails it as well. */
  nodeClusterToo: boolean
}

/** @param timeout milliseconds for one run. */
export async function compare(
  file: TestFile,
  timeout: number,
  env: Record<string, string>,
): Promise<Comparison> {
  const run = (where: Where): Promise<Outcome> => runFile(file, where, timeout, env)
  const plain = await run('plain')
  if (!plain.passed) return { file, verdict: 'fails', output: plain.output, nodeClusterToo: false }
  let worker = await run('worker')
  // A machine is slow at times, and some tests race.
  if (!worker.passed) worker = await run('worker')
  if (worker.passed) return { file, verdict: 'passes', output: worker.output, nodeClusterToo: false }
  const nodeClusterToo = !(await run('cluster')).passed
  return { file, verdict: 'differs', output: worker.output, nodeClusterToo }
}
