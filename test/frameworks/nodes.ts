import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import path from 'node:path'

/** @returns the Node.js of a major version: this one, or one that is put into a folder of `home`. */
export function nodeOf(major: number, home: string): string {
  if (process.versions.node.startsWith(`${major}.`)) return process.execPath
  const name = `node-linux-${process.arch}`
  const folder = path.join(home, 'nodes', String(major))
  const node = path.join(folder, 'node_modules', name, 'bin', 'node')
  if (!existsSync(node))
    execFileSync('npm', ['install', '--no-audit', '--no-fund', '--prefix', folder, `${name}@${major}`])
  return node
}
