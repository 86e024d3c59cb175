import { ClusteredError } from '../../errors.ts'
import type { Log } from '../../log.ts'
import { isBundled, ownFile } from '../../own-files.ts'

/** What cannot be done without. */
const needed = [
  { flag: '--allow-child-process', scope: 'child', why: 'workers are processes of their own' },
  { flag: '--allow-net', scope: 'net', why: 'the primary opens the port' },
  {
    flag: '--allow-fs-read=...',
    scope: 'fs.read',
    resource: isBundled ? process.argv[1] : ownFile('worker/preload.js'),
    why: 'each worker loads this file first',
  },
]

/** What is missed when it is refused. */
const wanted = [
  {
    flag: '--allow-worker',
    scope: 'worker',
    cost: 'a hung worker is killed without a word on where it stands, and one that hangs when its primary dies stays',
  },
  { flag: '--allow-inspector', scope: 'inspector', cost: 'it is not said where a hung worker stands' },
]

/**
 * Looks, under Node's permission model (`--permission`), whether a primary is
 * allowed what it needs: once, in place of one worker after the other that fails.
 * @throws {ClusteredError} ERR_CLUSTERED_NOT_PERMITTED, naming the flags to add.
 */
export function checkPermissions(log: Log): void {
  // Its types are of Node 20, which has it under --experimental-permission.
  const { permission } = process as { permission?: { has(scope: string, resource?: string): boolean } }
  if (!permission) return
  const missing = needed.filter((each) => isKnown(each.flag) && !permission.has(each.scope, each.resource))
  if (missing.length > 0)
    throw new ClusteredError(
      'ERR_CLUSTERED_NOT_PERMITTED',
      `Node's permission model refuses what a primary needs. Add ${missing
        .map(({ flag, resource, why }) => `${flag} (${resource ? `${resource}: ` : ''}${why})`)
        .join(', ')}, or use { workers: 0 }.`,
    )
  const [first] = wanted.filter((each) => isKnown(each.flag) && !permission.has(each.scope))
  if (first) log.warn('node:refuses', `without ${first.flag} ${first.cost}`)
}

/** Each Node has more of them. */
function isKnown(flag: string): boolean {
  return process.allowedNodeEnvironmentFlags.has(flag.replace(/=.*/, ''))
}
