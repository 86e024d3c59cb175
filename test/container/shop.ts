import { execFile, execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { samples } from '../support/samples.ts'
import { Build, type Help, type Image } from './image.ts'
import { serveTarballs } from './registry.ts'

const workspace = fileURLToPath(new URL('../../../', import.meta.url))
const run = promisify(execFile)

/** The app, which does all that containers are tried with. */
const server = fileURLToPath(new URL('../../fixtures/container.js', import.meta.url))

const manifest = {
  name: 'shop',
  version: '1.0.0',
  private: true,
  type: 'module',
  scripts: { build: "node -e \"require('fs').writeFileSync('built', '')\"", start: 'node server.js' },
  dependencies: { '@clustered/cli': '*', '@clustered/core': '*' },
  devDependencies: { 'is-number': '^7.0.0' },
}

/** Makes the project that docs/deploy/docker.md is about, with what is not to come into an image. */
async function makeProject(folder: string, registry: string): Promise<void> {
  mkdirSync(path.join(folder, 'node_modules'), { recursive: true })
  const files = {
    'package.json': JSON.stringify(manifest),
    'server.js': readFileSync(server),
    '.dockerignore': samples('deploy/docker.md', 'gitignore')[0]!,
    '.env': 'SECRET=1',
    'npm-debug.log': 'what nobody needs',
    'node_modules/of-the-desk': 'of another system',
  }
  for (const [name, content] of Object.entries(files)) writeFileSync(path.join(folder, name), content)
  // A published package is in everybody's registry; these are in one of their own.
  const flags = [
    '--package-lock-only',
    '--omit-lockfile-registry-resolved=false',
    `--@clustered:registry=${registry}`,
  ]
  await run('npm', ['install', '--prefer-offline', '--no-audit', '--no-fund', ...flags], { cwd: folder })
}

/** What npm needs on this machine to reach its registry, and what it has had from there before. */
function help(home: string): Help {
  const settings = path.join(home, 'npm-settings')
  const own = path.join(homedir(), '.npmrc')
  mkdirSync(settings)
  writeFileSync(path.join(settings, 'npmrc'), existsSync(own) ? readFileSync(own) : '')
  const given = Object.entries(process.env).filter(([name]) =>
    /^(npm_config_|https?_proxy$|no_proxy$)/i.test(name),
  )
  const environment = {
    ...(Object.fromEntries(given) as Record<string, string>),
    npm_config_userconfig: '/run/npm/npmrc',
    npm_config_prefer_offline: 'true',
  }
  const cache = execFileSync('npm', ['config', 'get', 'cache'], { encoding: 'utf8' }).trim()
  return { environment, caches: { '/root/.npm': cache }, folders: { '/run/npm': settings } }
}

/** Builds the image of docs/deploy/docker.md. @returns it, and one with what the page has for `clustered start`. */
export async function buildShop(home: string): Promise<{ image: Image; byCommand: Image }> {
  const [tarballs, project] = [path.join(home, 'tarballs'), path.join(home, 'project')]
  const filters = ['core', 'cli'].map((name) => `--filter=@clustered/${name}`)
  const pack = ['-y', '--prefer-offline', 'pnpm@12', ...filters, 'pack', '--pack-destination', tarballs]
  await run('npx', pack, { cwd: workspace })
  await makeProject(project, await serveTarballs(tarballs))
  const [dockerfile, ending] = samples('deploy/docker.md', 'dockerfile')
  const build = new Build(home, project, help(home))
  const image = await build.run(dockerfile!)
  return { image, byCommand: await build.add(image, ending!) }
}
