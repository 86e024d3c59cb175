// Run for each package that is packed: installs and builds if a source of a package has changed since the last build.
import { spawnSync } from 'node:child_process'
import { readdirSync, statSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

const packages = fileURLToPath(new URL('../packages', import.meta.url))
// What the build writes last.
const built = statSync(path.join(packages, 'core/dist/.bundled'), { throwIfNoEntry: false })?.mtimeMs ?? 0

const isBuilt = readdirSync(packages).every((name) => {
  const src = path.join(packages, name, 'src')
  return readdirSync(src, { recursive: true }).every(
    (file) => statSync(path.join(src, file)).mtimeMs <= built,
  )
})
if (!isBuilt) {
  const { status } = spawnSync('npx', ['-y', 'pnpm@12', 'build'], {
    cwd: path.dirname(packages),
    // In the scripts that it runs, pnpm turns off what installs before a build.
    env: { ...process.env, pnpm_config_verify_deps_before_run: 'install' },
    // What a pack prints is the name of its file.
    stdio: ['ignore', 2, 2],
    shell: process.platform === 'win32',
  })
  process.exitCode = status ?? 1
}
