import { mkdirSync } from 'node:fs'
import http from 'node:http'
import path from 'node:path'
import type { TestContext } from 'node:test'
import type { Desk } from './desk.ts'

/** Control sockets that say of themselves what they are told to, as primaries would; by name. */
export async function pretend(t: TestContext, desk: Desk, programs: Record<string, object>): Promise<void> {
  const folder = path.join(desk.runtime, 'clustered')
  mkdirSync(folder, { mode: 0o700, recursive: true })
  for (const [index, [name, more]] of Object.entries(programs).entries()) {
    const body = JSON.stringify(pretendedStatus(name, { pid: 4000 + index, ...more }))
    const server = http.createServer((_request, response) => response.end(body))
    const hex = index.toString(16).padStart(6, '0')
    await new Promise<void>(
      (resolve) => void server.listen(path.join(folder, `${4000 + index}-${hex}.sock`), resolve),
    )
    t.after(() => server.close().closeAllConnections())
  }
}

/** Of a program with two workers. */
export function pretendedStatus(name: string, more: object = {}): object {
  const startedAt = Date.now() - 3_600_000
  const worker = (slot: number): object => ({
    slot,
    pid: 5000 + slot,
    state: 'ready',
    generation: 1,
    startedAt,
    vitals: {
      loopDelay: { p50: 1, p99: 12.5 },
      utilization: 0.2,
      rss: 104_857_600,
      heapUsed: 1,
      connections: 12,
      inFlight: 3,
      requests: 123_456,
      requestRate: 206,
      latency: { p50: 1, p99: 9.8 },
      cpu: 0.155,
    },
  })
  return {
    name,
    pid: 4000,
    state: 'ready',
    entry: `/srv/${name}/server.js`,
    cwd: `/srv/${name}`,
    version: 'v24.0.0',
    container: null,
    startedAt,
    address: '[::]:8000',
    balance: 'kernel',
    generation: 1,
    slots: 2,
    bySlot: [
      { slot: 0, state: 'ready', pid: 5000, failures: 0 },
      { slot: 1, state: 'ready', pid: 5001, failures: 0 },
    ],
    lastReload: null,
    restarts: 0,
    drainTimeout: 1000,
    shutdownDelay: 0,
    primary: { rss: 60_000_000 },
    workers: [worker(0), worker(1)],
    ...more,
  }
}
