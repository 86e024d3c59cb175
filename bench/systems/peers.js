// The folder in which the peers live, outside of the workspace: its packages are theirs alone.
import { execFileSync } from 'node:child_process'
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

const programs = fileURLToPath(new URL('../programs', import.meta.url))

/** Versions of all that a run compares. */
export function packagesOf(systems) {
  return Object.assign({}, ...systems.map(({ packages }) => packages))
}

/**
 * Installs them from the npm registry.
 *
 * @param core the folder of `@clustered/core`.
 * @param peers the folder to be used; by default it is a fresh one, which goes with this process.
 * @returns the folder.
 */
export function installPeers(systems, { core, peers }) {
  const folder = peers === undefined ? freshFolder() : path.resolve(peers)
  mkdirSync(folder, { recursive: true })
  const dependencies = packagesOf(systems)
  const manifest = path.join(folder, 'package.json')
  const isThere =
    existsSync(manifest) && isSuperset(JSON.parse(readFileSync(manifest)).dependencies, dependencies)
  if (!isThere) install(folder, manifest, dependencies)
  cpSync(programs, path.join(folder, 'programs'), { recursive: true })
  mkdirSync(path.join(folder, 'node_modules/@clustered'), { recursive: true })
  const link = path.join(folder, 'node_modules/@clustered/core')
  rmSync(link, { force: true })
  symlinkSync(core, link, 'dir')
  return folder
}

function freshFolder() {
  const folder = mkdtempSync(path.join(tmpdir(), 'clustered-bench-'))
  process.once('exit', () => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }))
  return folder
}

/** @param manifest is written last, so that what is there has been installed. */
function install(folder, manifest, dependencies) {
  const exact = Object.entries(dependencies).map(([name, version]) => `${name}@${version}`)
  rmSync(manifest, { force: true })
  execFileSync(
    'npm',
    ['install', '--prefix', folder, '--no-save', '--no-audit', '--no-fund', '--loglevel=error', ...exact],
    {
      cwd: folder,
      stdio: ['ignore', 'ignore', 'inherit'],
    },
  )
  writeFileSync(manifest, JSON.stringify({ private: true, type: 'module', dependencies }))
}

function isSuperset(all, some) {
  return Object.entries(some).every(([name, version]) => all?.[name] === version)
}
