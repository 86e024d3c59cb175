import { execFileSync, execSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Row } from './row.ts'

const workspace = fileURLToPath(new URL('../../../', import.meta.url))
const apps = fileURLToPath(new URL('../../frameworks/apps/', import.meta.url))

/** Where an app is in the workspace. */
export function folderOf({ name, app = name }: Row): string {
  return path.join(apps, app)
}

/**
 * Installs the packages of the workspace from their tarballs, for all
 * projects: what they depend on is found in the folder above those, and they
 * themselves are copied into each, where they find its framework.
 */
export function installPackages(home: string): void {
  const tarballs = path.join(home, 'tarballs')
  rmSync(tarballs, { recursive: true, force: true })
  rmSync(path.join(home, 'node_modules', '@clustered'), { recursive: true, force: true })
  mkdirSync(tarballs, { recursive: true })
  const pack = [
    '-y',
    '--prefer-offline',
    'pnpm@12',
    '--filter=./packages/*',
    'pack',
    '--pack-destination',
    tarballs,
  ]
  execFileSync('npx', pack, { cwd: workspace })
  const files = readdirSync(tarballs).map((file) => path.join(tarballs, file))
  writeFileSync(path.join(home, 'package.json'), '{ "private": true }')
  // Frameworks are the peers of adapters, and there is no one version of them here.
  npm(home, 'install', '--legacy-peer-deps', ...files)
}

/** @returns the folder of the row's own project, with everything that it needs. */
export function makeProject(row: Row, home: string): string {
  const folder = path.join(home, 'apps', row.name)
  const source = folderOf(row)
  const files = readdirSync(source, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(source, path.join(entry.parentPath, entry.name)))
    .sort()
  const manifest = manifestOf(row, source)
  const hash = createHash('sha256').update(JSON.stringify([manifest, row.build]))
  for (const file of files) hash.update(file).update(readFileSync(path.join(source, file)))
  const stamp = hash.digest('hex')
  const made = path.join(folder, '.made')
  const isMade = existsSync(made) && readFileSync(made, 'utf8') === stamp
  if (!isMade) {
    rmSync(folder, { recursive: true, force: true })
    cpSync(source, folder, { recursive: true })
    writeFileSync(path.join(folder, 'package.json'), JSON.stringify(manifest, null, 2))
    npm(folder, 'install')
  }
  const scope = path.join('node_modules', '@clustered')
  rmSync(path.join(folder, scope), { recursive: true, force: true })
  cpSync(path.join(home, scope), path.join(folder, scope), { recursive: true })
  if (!isMade && row.build) build(row.build, folder)
  writeFileSync(made, stamp)
  return folder
}

/** The version of the framework that was installed. */
export function versionOf({ packages }: Row, folder: string): string {
  const [name] = Object.keys(packages)
  if (name === undefined) return ''
  const manifest = path.join(folder, 'node_modules', name, 'package.json')
  return (JSON.parse(readFileSync(manifest, 'utf8')) as { version: string }).version
}

function manifestOf(row: Row, source: string): object {
  const file = path.join(source, 'package.json')
  const own = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as { dependencies?: object }) : {}
  return {
    private: true,
    type: 'module',
    ...own,
    dependencies: { ...own.dependencies, ...row.packages },
  }
}

function build(command: string, folder: string): void {
  const bins = path.join(folder, 'node_modules', '.bin')
  const env = { ...process.env, PATH: `${bins}:${process.env['PATH']}` }
  execSync(command, { cwd: folder, env, stdio: ['ignore', 'ignore', 'inherit'] })
}

function npm(cwd: string, ...args: string[]): void {
  const quiet = ['--no-audit', '--no-fund', '--no-package-lock', '--ignore-scripts', '--loglevel=error']
  execFileSync('npm', [...args, '--prefer-offline', ...quiet], {
    cwd,
    stdio: ['ignore', 'ignore', 'inherit'],
  })
}
