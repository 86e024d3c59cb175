import { readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { type BuiltServer, findBuiltServer, usualStart } from '../built-servers.ts'
import { colors } from '../colors.ts'
import { entryFile } from '../entry-file.ts'
import { CliError } from '../errors.ts'
import { asBuildOutput } from '../init/build-output.ts'
import type { Framework } from '../init/frameworks.ts'
import { NotPlain } from '../init/not-plain.ts'
import { withMember } from '../init/package-text.ts'
import { type Changed, putAroundApp } from '../init/put-around-app.ts'
import { clusteredScript } from '../init/put-into-script.ts'
import { frameworksOf, importedOf } from '../init/which-framework.ts'
import { print } from '../print.ts'
import { findEntry, type Manifest, packagesOf, readPackage } from '../project.ts'
import { clusteredLine, readStartScript } from '../start-script.ts'

const { version } = createRequire(import.meta.url)('../../package.json') as { version: string }

interface InitFlags {
  dryRun?: boolean
  json?: boolean
}

/**
 * Changes two files, and says so: the entry file and package.json. Of a
 * framework that builds its own server, it is package.json alone.
 * @throws {CliError} ERR_CLUSTERED_NO_SUCH_FILE, ERR_CLUSTERED_NOTHING_TO_CHANGE
 */
export function init(file: string | undefined, flags: InitFlags): void {
  const manifest = readPackage()
  const built =
    file === undefined ? findBuiltServer(packagesOf(manifest), manifest.scripts?.['start']) : undefined
  if (built) changeScript(manifest, built, flags)
  else changeCode(manifest, file, flags)
}

function changeScript(manifest: Manifest, built: BuiltServer, { dryRun, json }: InitFlags): void {
  const { before, now } = plainly('package.json', () => clusteredScript(manifest, built), scriptByHand(built))
  const dependency = '@clustered/cli'
  if (!dryRun) {
    const text = withMember(manifest.text, 'scripts', 'start', now)
    writeFileSync('package.json', withMember(text, 'dependencies', dependency, `^${version}`))
  }
  const framework = built.package
  print(json, { entry: 'package.json', framework, script: now, dependency, dryRun: dryRun ?? false }, () =>
    [
      `package.json (${built.name} starts its own server: the script start is changed, and no code):`,
      ...(before ? [colors.red(`  - "start": ${JSON.stringify(before)}`)] : []),
      colors.green(`  + "start": ${JSON.stringify(now)}`),
      colors.green(`  + ${dependency}`),
      dryRun ? nothingWritten : 'Next: npm install, then build it and run npm start',
    ].join('\n'),
  )
}

function changeCode(manifest: Manifest, file: string | undefined, { dryRun, json }: InitFlags): void {
  const found = frameworksOf(manifest)
  const entry = file === undefined ? findEntry(manifest) : entryFile(file)
  const source = readFileSync(entry, 'utf8')
  const frameworks = importedOf(found, source, entry)
  const output = asBuildOutput(entry, source)
  if (output) throw isBuilt(entry, frameworks[0]!, output.source)
  const { framework, text, leftOut } = change(source, entry, frameworks)
  const dependency = `@clustered/${framework.adapter}`
  if (!dryRun) {
    writeFileSync(entry, text)
    writeFileSync('package.json', withMember(manifest.text, 'dependencies', dependency, `^${version}`))
  }
  print(json, { entry, framework: framework.adapter, dependency, leftOut, dryRun: dryRun ?? false }, () =>
    [
      `${entry}:`,
      ...changes(source, text),
      `package.json: ${colors.green(`+ ${dependency}`)}`,
      ...(leftOut.length > 0 ? ['Left out is what said where it listens: Clustered logs that itself.'] : []),
      dryRun
        ? nothingWritten
        : `Next: npm install, then ${/x$|ts$/.test(entry) ? 'run it as before' : `node ${entry}`}`,
    ].join('\n'),
  )
}

const nothingWritten = 'Nothing was written (--dry-run).'

function changes(before: string, after: string): string[] {
  const [old, now] = [before.split('\n'), after.split('\n')]
  return [
    ...old.filter((line) => !now.includes(line)).map((line) => colors.red(`  - ${line.trimEnd()}`)),
    ...now.filter((line) => !old.includes(line)).map((line) => colors.green(`  + ${line.trimEnd()}`)),
  ]
}

/** Of the frameworks that the file imports, the first whose app listens. */
function change(
  source: string,
  entry: string,
  [framework, ...others]: readonly Framework[],
): Changed & { framework: Framework } {
  const otherwise = `${byHand(framework!)} Or leave the code as it is: clustered start ${framework!.built ?? entry}`
  try {
    const changed = plainly(entry, () => putAroundApp(source, entry, framework!), otherwise)
    return { ...changed, framework: framework! }
  } catch (error) {
    for (const other of others)
      try {
        return change(source, entry, [other])
      } catch {
        // What is said is of the first one.
      }
    throw error
  }
}

/** @throws {CliError} with what to do by hand, where the change is not plain. */
function plainly<T>(file: string, work: () => T, otherwise: string): T {
  try {
    return work()
  } catch (error) {
    if (!(error instanceof NotPlain)) throw error
    throw new CliError(
      'ERR_CLUSTERED_NOTHING_TO_CHANGE',
      `${file}: ${error.message}. Nothing was changed. ${otherwise}`,
    )
  }
}

function isBuilt(entry: string, framework: Framework, source: string | undefined): CliError {
  return new CliError(
    'ERR_CLUSTERED_NOTHING_TO_CHANGE',
    `${entry} is build output, which the next build overwrites. Nothing was changed. ` +
      (source ? `To change what it is built from: clustered init ${source}` : byHand(framework)),
  )
}

function byHand({ adapter, byHand: what }: Framework): string {
  return `By hand: import { clustered } from '@clustered/${adapter}', and ${what}; what needs the server goes into the hook onServer.`
}

function scriptByHand(built: BuiltServer): string {
  const read = readStartScript(usualStart(built) ?? '')
  return `By hand, once there is a server to start: "start": "${read ? clusteredLine(read) : 'clustered start server.js'}"`
}
