import { spawnSync } from 'node:child_process'
import { chmodSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'
import { type Program, type ProgramOptions, start } from './program.ts'
import { temporaryFolder } from './temporary-folder.ts'

const workspace = fileURLToPath(new URL('../../../', import.meta.url))
const mountAndRun = 'mount --bind "$0" "$1" && cd "$1" && shift && exec "$@"'

/** The user that has no rights. */
export const nobody = 65534

/** Why no program can be started that another user than root reads: a reason to skip a test. */
export function cannotBeRead(): string | false {
  if (process.getuid?.() !== 0) return 'needs root'
  if (!nobodyRuns('')) return 'other users cannot run this Node'
  return !nobodyReads() && !canMount() && 'other users cannot read the checkout, and nothing can be mounted'
}

/**
 * Starts a program of `test/fixtures` that nobody's processes can read too:
 * where the checkout is in a folder of root's alone, it sees it elsewhere.
 */
export function startReadable(t: TestContext, file: string, options: ProgramOptions): Program {
  if (nobodyReads()) return start(t, file, options)
  const place = temporaryFolder()
  chmodSync(place, 0o755)
  return start(t, path.join(place, 'test/fixtures', file), {
    ...options,
    asGiven: true,
    execPath: 'unshare',
    nodeArgs: ['--mount', 'sh', '-c', mountAndRun, workspace, place, process.execPath],
  })
}

function nobodyReads(): boolean {
  return nobodyRuns(`require('fs').readFileSync(${JSON.stringify(path.join(workspace, 'package.json'))})`)
}

function nobodyRuns(code: string): boolean {
  return spawnSync(process.execPath, ['-e', code], { uid: nobody, gid: nobody, cwd: '/' }).status === 0
}

function canMount(): boolean {
  return spawnSync('unshare', ['--mount', 'mount', '--bind', workspace, tmpdir()]).status === 0
}
