import { execFile } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { dependenciesOf, names } from './frameworks.ts'

const workspace = fileURLToPath(new URL('../../../', import.meta.url))
/** Those that are imported. */
export const libraries = ['core', ...names]
export const packages = [...libraries, 'cli']

/** What else the project depends on, in the versions that the workspace has. */
const others = new Set([...names.flatMap(dependenciesOf), 'tsx', 'typescript', '@types/node'])

/** And what the workspace has not. */
const tools = [
  'typescript5@npm:typescript@~5.9.3',
  'typescript52@npm:typescript@~5.2.2',
  'ts-node@^10.9.2',
  '@babel/core@^7.28.0',
  '@babel/register@^7.28.0',
  '@babel/plugin-transform-modules-commonjs@^7.27.0',
  'jest@^30.2.0',
  'mocha@^11.7.0',
  'supertest@^7.1.0',
  'vitest@^4.0.0',
]

/** As in an application that has never heard of this workspace. */
export const project: string = temporaryFolder()

/** One beside it, which sees nothing of what it does not depend on itself: as pnpm has it. */
export const elsewhere: string = temporaryFolder()

export const tarballs: string = path.join(project, 'tarballs')

/** All packages have the version of the workspace. */
const { version, devDependencies } = JSON.parse(readFileSync(path.join(workspace, 'package.json'), 'utf8'))

export function tarballOf(name: string): string {
  return path.join(tarballs, `clustered-${name}-${version}.tgz`)
}

/** Packs the packages, and installs them from their tarballs beside the tools. */
export async function install(): Promise<void> {
  mkdirSync(tarballs)
  const filters = packages.map((name) => `--filter=@clustered/${name}`)
  const pnpm = ['-y', '--prefer-offline', 'pnpm@12', ...filters]
  await run('npx', [...pnpm, 'pack', '--pack-destination', tarballs], workspace)
  const files = packages.map(tarballOf)

  writeFiles({ 'package.json': { private: true, type: 'module' } })
  const wanted = [...files, ...[...others].map((name) => `${name}@${devDependencies[name]}`), ...tools]
  const flags = ['--prefix', project, '--no-audit', '--no-fund', '--prefer-offline']
  await run('npm', ['install', ...flags, ...wanted], project)
}

/** Each by its name in the project: text, or an object that becomes JSON. */
export function writeFiles(files: Record<string, string | object>): void {
  for (const [file, content] of Object.entries(files)) {
    const target = path.join(project, file)
    mkdirSync(path.dirname(target), { recursive: true })
    writeFileSync(target, typeof content === 'string' ? content : JSON.stringify(content))
  }
}

/** Runs a tool to its end. Its output is the reason if it fails. */
export async function run(
  command: string,
  args: string[],
  cwd: string = project,
  env: NodeJS.ProcessEnv = process.env,
): Promise<string> {
  try {
    const { stdout, stderr } = await promisify(execFile)(command, args, { cwd, env, timeout: 240_000 })
    return stdout + stderr
  } catch (error) {
    const { message, stdout, stderr } = error as Error & { stdout: string; stderr: string }
    throw new Error([message, stdout, stderr].join('\n'), { cause: error })
  }
}
