/** Profiles and heap snapshots: files that a worker writes. */
import { randomBytes } from 'node:crypto'
import { rmSync } from 'node:fs'
import type { ServerResponse } from 'node:http'
import path from 'node:path'
import { ClusteredError } from '../../errors.ts'
import { freeMemory } from '../../memory.ts'
import type { WorkerHandle } from '../../primary/fleet/worker-handle.ts'
import type { PrimaryCluster } from '../../primary/primary-cluster.ts'
import { asWritten, type FileNames, type Question, type Written } from '../../protocol/inside.ts'
import { BadRequest } from '../bad-request.ts'
import { type Body, follow } from './stream.ts'
import { chooseWorker, inWords } from './slots.ts'

/** Seconds. */
const longestProfile = 600

/** What a snapshot takes beside the heap itself, as a multiple of it, where that is of many small objects. */
const heapFactor = 15

/** How long (in ms) the worker stands still per MiB of its heap, on a machine that does little else. */
const pausePerMebibyte = 150
const mebibyte = 1024 ** 2

export interface Estimate {
  event: 'begin'
  /** Bytes. */
  heapUsed: number | undefined
  /** Milliseconds for which it will stand still, more or less. */
  pause: number | undefined
  /** Another worker serves in its place meanwhile. */
  aside: boolean
}

export type RecordLine = Estimate | { event: 'begin' } | ({ event: 'end'; ok: true } & Written)

/** @throws {ClusteredError} */
export async function profile(cluster: PrimaryCluster, body: Body, response: ServerResponse): Promise<void> {
  const names = readFile('profile', body)
  const { seconds = 10 } = body
  if (typeof seconds !== 'number' || !(seconds > 0 && seconds <= longestProfile))
    throw new BadRequest(400, `profile takes { "seconds": 10 }, from 1 to ${longestProfile}`)
  const worker = await chooseWorker('profile', cluster, body)
  await follow(response, async (tell, signal) => {
    tell({ event: 'begin' })
    return write('profile', worker, { what: 'profile', time: seconds * 1000, ...names }, signal)
  })
}

/** @throws {ClusteredError} */
export async function heap(cluster: PrimaryCluster, body: Body, response: ServerResponse): Promise<void> {
  const names = readFile('heap', body)
  const worker = await chooseWorker('heap', cluster, body)
  const heapUsed = worker.vitals?.heapUsed
  if (body['force'] !== true) checkMemory(heapUsed)
  const aside = cluster.fleet.handles.some((other) => other !== worker && other.serving)
  await follow(response, async (tell) => {
    const pause = heapUsed === undefined ? undefined : Math.round((heapUsed / mebibyte) * pausePerMebibyte)
    tell({ event: 'begin', heapUsed, pause, aside })
    cluster.fleet.putAside(worker, true)
    try {
      // Once it has begun it cannot be stopped: whoever has asked may go.
      return await write('heap', worker, { what: 'heap', move: aside && cluster.fleet.moves, ...names })
    } finally {
      cluster.fleet.putAside(worker, false)
    }
  })
}

async function write(
  call: string,
  worker: WorkerHandle,
  question: Extract<Question, FileNames>,
  signal?: AbortSignal,
): Promise<Written> {
  const asked = worker.asks.ask(question, asWritten)
  signal?.addEventListener('abort', asked.stop)
  try {
    return await asked.answer
  } catch (error) {
    throw inWords(call, worker, error as ClusteredError)
  } finally {
    // One that died has left it behind.
    drop(question.part)
  }
}

function drop(part: string): void {
  try {
    rmSync(part, { force: true })
  } catch {
    // This process may not.
  }
}

function readFile(call: string, { file }: Body): FileNames {
  if (typeof file !== 'string' || !path.isAbsolute(file))
    throw new BadRequest(400, `${call} takes { "file": "/an/absolute/path" }`)
  const name = `.${path.basename(file)}.${randomBytes(6).toString('hex')}.part`
  return { file, part: path.join(path.dirname(file), name) }
}

/** Out of memory, the kernel ends the worker, or one that it needs less. */
function checkMemory(heapUsed = 0): void {
  const [needed, free] = [heapUsed * heapFactor, freeMemory()]
  if (needed <= free) return
  const inMebibytes = (bytes: number): string => `${Math.round(bytes / mebibyte)} MiB`
  throw new ClusteredError(
    'ERR_CLUSTERED_NO_MEMORY',
    `heap: a snapshot of a heap of ${inMebibytes(heapUsed)} may take ${inMebibytes(needed)} more, and ${inMebibytes(free)} are free: ` +
      'the kernel may end a process for it. To take it all the same: --force, or { "force": true }.',
  )
}
