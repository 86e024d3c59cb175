import { randomBytes } from 'node:crypto'
import { readdirSync, rmdirSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { CliError } from './errors.ts'
import { identityOf, isSame } from './process-identity.ts'
import { locksFolder, openOwnFolder } from './state-folder.ts'

const held = '.held'

/** In ms: two that want it at the same moment look again after so long. */
const pause = 20

/**
 * Runs `work` while no other command starts, restarts or deletes a daemon of
 * this name.
 *
 * Each that wants the name puts a claim of its own into the name's folder, and
 * has it once it sees no other: of two, the one that is later sees the
 * earlier. Nothing is ever taken from another, so that a claim whose process
 * has died can be swept away by anybody, at any time, without a race.
 *
 * @throws {CliError} ERR_CLUSTERED_BUSY if another has it.
 */
export async function withName<T>(name: string, work: () => Promise<T>): Promise<T> {
  const folder = path.join(locksFolder(), name)
  const claim = [process.pid, identityOf(process.pid) ?? '', randomBytes(3).toString('hex')].join('_')
  try {
    await acquire(folder, claim, name)
    return await work()
  } finally {
    leave(folder, claim)
  }
}

function leave(folder: string, claim: string): void {
  try {
    for (const file of [claim + held, claim]) rmSync(path.join(folder, file), { force: true })
    rmdirSync(folder)
  } catch {
    // Another waits, or there is no folder: why that is so has been thrown.
  }
}

async function acquire(folder: string, claim: string, name: string): Promise<void> {
  put(folder, claim)
  for (;;) {
    const others = claimsIn(folder).filter((other) => other !== claim)
    if (others.length === 0) return put(folder, claim + held)
    const holder = others.find((other) => isHeld(folder, other))
    if (holder) throw busy(name, pidOf(holder))
    // The first by name goes first, and the others leave the room to it.
    if (others.some((other) => other < claim)) {
      rmSync(path.join(folder, claim), { force: true })
      await sleep(pause + Math.random() * pause)
      put(folder, claim)
    } else await sleep(pause)
  }
}

function put(folder: string, file: string): void {
  for (let tries = 1; ; tries++)
    try {
      openOwnFolder(folder)
      return writeFileSync(path.join(folder, file), '', { mode: 0o600 })
    } catch (error) {
      // Another may just have left, and have removed the folder with its claim.
      if (tries === 100) throw error
    }
}

/** Those of processes that live; the others are swept away. */
function claimsIn(folder: string): string[] {
  const claims = list(folder).filter((file) => !file.endsWith(held))
  return claims.filter((claim) => {
    if (lives(claim)) return true
    for (const file of [claim + held, claim]) rmSync(path.join(folder, file), { force: true })
    return false
  })
}

function lives(claim: string): boolean {
  const [, identity] = claim.split('_')
  return isSame(pidOf(claim), identity)
}

function pidOf(claim: string): number {
  return Number.parseInt(claim, 10)
}

function isHeld(folder: string, claim: string): boolean {
  return list(folder).includes(claim + held)
}

function list(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}

function busy(name: string, pid: number): CliError {
  return new CliError(
    'ERR_CLUSTERED_BUSY',
    `Another command (pid ${pid}) starts or deletes '${name}' just now. Nothing was done. To see how it went: clustered list`,
  )
}
