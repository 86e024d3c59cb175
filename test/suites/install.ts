import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { builtinModules } from 'node:module'
import path from 'node:path'
import type { PackageSuite } from './packages.ts'

interface Manifest {
  version: string
  scripts?: Record<string, string>
  dependencies?: Record<string, string>
  devDependencies?: Record<string, string>
  overrides?: unknown
}

/**
 * Puts the package with its tests into a folder of its own, as it is in the
 * registry, with those of its devDependencies that its tests load.
 * @returns the folder.
 */
export function install({ name, version }: PackageSuite, home: string): string {
  const folder = path.join(home, name.replace('/', '+'))
  const done = path.join(folder, '.installed')
  if (existsSync(done) && readFileSync(done, 'utf8') === version) return folder
  mkdirSync(folder, { recursive: true })
  const npm = (...args: string[]): string =>
    execFileSync('npm', args, { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] })
  const tarball = npm('pack', '--silent', '--ignore-scripts', `${name}@${version}`).trim()
  execFileSync('tar', ['-xzf', tarball, '--strip-components=1'], { cwd: folder })

  const file = path.join(folder, 'package.json')
  const manifest = JSON.parse(readFileSync(file, 'utf8')) as Manifest
  const { devDependencies = {} } = manifest
  const wanted = new Set([...loadedBy(path.join(folder, 'test')), ...loadedBy(folder, false)])
  manifest.devDependencies = Object.fromEntries(
    Object.entries(devDependencies).filter(([dependency]) => wanted.has(dependency)),
  )
  writeFileSync(file, JSON.stringify(manifest, null, 2))
  npm('install', '--ignore-scripts', '--no-audit', '--no-fund', '--no-package-lock', '--loglevel=error')
  writeFileSync(done, version)
  return folder
}

/** The packages that the files of a folder name, less what is for a linter or a bundler. */
function loadedBy(folder: string, recursive = true): string[] {
  if (!existsSync(folder)) return []
  return readdirSync(folder, { recursive, withFileTypes: true })
    .filter((entry) => entry.isFile() && /^(?!.*\bconfig\b).*\.[cm]?js$/.test(entry.name))
    .flatMap((entry) => [...readFileSync(path.join(entry.parentPath, entry.name), 'utf8').matchAll(loads)])
    .map(([, name]) => name!)
    .filter((name) => !builtinModules.includes(name))
}

/** A package by its name, in `require`, `import` and `from`. */
const loads = /(?:require\(|import\(|from |import )\s*['"]((?:@[\w.-]+\/)?[\w.-]+)/g
