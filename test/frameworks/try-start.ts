import path from 'node:path'
import { load } from '../support/load.ts'
import { freePort } from '../support/port.ts'
import { Program } from '../support/program.ts'
import { type Kind, kinds } from './clients/kinds.ts'
import { webSocketClients } from './clients/web-socket.ts'
import { type Outcome, read } from './outcome.ts'
import { type Row, type Start, usualRequests, usualSlow } from './row.ts'
import { startUpstream } from './upstream.ts'

export interface Where {
  /** The app's folder. */
  folder: string
  /** The program of the command `clustered`. */
  command: string
  /** The Node.js that runs it. */
  node: string
  reloads: number
}

const slots = 2

/** Starts it, reloads it under load, and stops it with requests under way. */
export async function tryStart(row: Row, start: Start, where: Where): Promise<Outcome> {
  const port = await freePort()
  const upstream = await startUpstream()
  const program = await run(start, where, { PORT: String(port), UPSTREAM: String(upstream.port) })
  try {
    await program.sees(/listening on /)
    const { answered, failures } = await reload(program, row, port, where.reloads)
    const { code, slowFailures } = await stop(program, row, port)
    const told = read(program.output, start.hooks ?? [])
    if (code !== 0) told.faults.push(`ended with ${code}`)
    if (told.left !== slots * (where.reloads + 1)) told.faults.push(`${told.left} workers have left`)
    return { answered, failures: [...failures, ...slowFailures], ...told, output: program.output }
  } finally {
    upstream.stop()
    await program.dispose()
  }
}

async function run(
  { by, command = by }: Start,
  where: Where,
  more: Record<string, string>,
): Promise<Program> {
  const [runner, ...words] = command.split(' ')
  const [file, ...args] = runner === 'clustered' ? [where.command, ...words] : words
  const { certificate } = await import(new URL('../../fixtures/certificate.js', import.meta.url).href)
  return new Program(file!, {
    asGiven: true,
    args,
    cwd: where.folder,
    execPath: where.node,
    env: {
      PATH: `${path.dirname(where.node)}:${process.env['PATH']}`,
      NODE_ENV: 'production',
      TLS_KEY: certificate.key,
      TLS_CERT: certificate.cert,
      CLUSTERED_WORKERS: String(slots),
      CLUSTERED_RELOAD_SOAK: '50',
      ...more,
    },
  })
}

async function reload(
  program: Program,
  row: Row,
  port: number,
  reloads: number,
): Promise<Pick<Outcome, 'answered' | 'failures'>> {
  const kind: Kind = kinds[row.client ?? 'http']
  const clients = load(
    [
      ...kind.clients(port, row.requests ?? usualRequests),
      ...(row.webSocket === undefined ? [] : webSocketClients(4, port, row.webSocket)),
    ],
    { hurried: kind.hurried ?? false },
  )
  try {
    for (let done = 0; done < reloads; done++) {
      const since = program.output.length
      program.kill('SIGHUP')
      await program.sees(/reload done/, since)
    }
  } finally {
    await clients.stop()
  }
  return { answered: clients.answered, failures: [...clients.failures] }
}

async function stop(
  program: Program,
  row: Row,
  port: number,
): Promise<{ code: number | string; slowFailures: string[] }> {
  const kind: Kind = kinds[row.client ?? 'http']
  const slowFailures: string[] = []
  const since = program.output.length
  const slow = Array.from({ length: 4 }, () => kind.slow(port, row.slow ?? usualSlow))
  const answers = slow.map(({ answered }) =>
    answered.catch((error: Error) => void slowFailures.push(`under way at the stop: ${error.message}`)),
  )
  for (const { begun } of slow) await begun
  if (!slow[0]!.begun)
    await program.until(
      () => program.output.slice(since).split('slow request begins').length > slow.length,
      `${slow.length} slow requests`,
    )
  program.kill('SIGTERM')
  await Promise.all(answers)
  const code = await program.ends()
  await program.silent
  return { code, slowFailures }
}
