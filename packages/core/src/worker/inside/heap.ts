import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import v8 from 'node:v8'
import type { Written } from '../../protocol/inside.ts'
import type { VitalSigns } from '../vitals.ts'
import type { NewFile } from './new-file.ts'

/** How long (in ms) it waits for what is in flight, and for connections to go to other workers. */
const patience = 2000
const lookInterval = 20

interface Serving {
  readonly vitals: VitalSigns
  readonly giveAll: () => Promise<void>
}

/** One snapshot. The main thread stands for as long as it is written. */
export async function writeHeap(
  file: NewFile,
  { vitals, giveAll }: Serving,
  move: boolean,
): Promise<Written> {
  const until = performance.now() + patience
  while (isUsed(vitals) && performance.now() < until) {
    if (move) await giveAll()
    await sleep(lookInterval)
  }
  const began = performance.now()
  // By its property: what counts snapshots has come between.
  v8.writeHeapSnapshot(file.part)
  const paused = Math.round(performance.now() - began)
  if (!isWhole(file.part))
    throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' })
  return { file: file.name, size: file.finish(), paused }
}

function isUsed(vitals: VitalSigns): boolean {
  return !vitals.inFlight().next().done || [...vitals.sockets].length > 0
}

/** Node says nothing of a write that fails. A snapshot is one JSON object. */
function isWhole(name: string): boolean {
  const file = openSync(name, 'r')
  try {
    const end = Buffer.alloc(8)
    const { size } = fstatSync(file)
    const read = readSync(file, end, 0, end.length, Math.max(0, size - end.length))
    return end.toString('latin1', 0, read).trimEnd().endsWith('}')
  } finally {
    closeSync(file)
  }
}
