import { readFileSync, writeFileSync } from 'node:fs'
import { colors } from '../colors.ts'
import { asBuildOutput } from '../build-output.ts'
import { entryFile } from '../entry-file.ts'
import { CliError } from '../errors.ts'
import { NotPlain } from '../find-app.ts'
import { addDependency, findEntry, findFramework, type Framework, readPackage } from '../project.ts'
import { putAroundApp } from '../put-around-app.ts'
import { print } from '../print.ts'

interface InitFlags {
  dryRun?: boolean
  json?: boolean
}

/** Changes two files, and says so: the entry file and package.json. */
export function init(file: string | undefined, { dryRun, json }: InitFlags): void {
  const manifest = readPackage()
  const framework = findFramework(manifest)
  const entry = file === undefined ? findEntry(manifest) : entryFile(file)
  const source = readFileSync(entry, 'utf8')
  const built = asBuildOutput(entry, source)
  if (built) throw isBuilt(entry, framework, built.source)
  const changed = change(source, entry, framework)
  const dependency = addDependency(manifest, framework)
  if (!dryRun) {
    writeFileSync(entry, changed)
    writeFileSync('package.json', dependency.text)
  }
  print(json, { entry, framework, dependency: dependency.name, dryRun: dryRun ?? false }, () =>
    [
      `${entry}:`,
      ...changes(source, changed),
      `package.json: ${colors.green(`+ ${dependency.name}`)}`,
      dryRun
        ? 'Nothing was written (--dry-run).'
        : `Next: npm install, then ${/x$|ts$/.test(entry) ? 'run it as before' : `node ${entry}`}`,
    ].join('\n'),
  )
}

function changes(before: string, after: string): string[] {
  const [old, now] = [before.split('\n'), after.split('\n')]
  return [
    ...old.filter((line) => !now.includes(line)).map((line) => colors.red(`  - ${line.trimEnd()}`)),
    ...now.filter((line) => !old.includes(line)).map((line) => colors.green(`  + ${line.trimEnd()}`)),
  ]
}

function change(source: string, entry: string, framework: Framework): string {
  try {
    return putAroundApp(source, entry, framework)
  } catch (error) {
    if (!(error instanceof NotPlain)) throw error
    throw new CliError(
      'ERR_CLUSTERED_NOTHING_TO_CHANGE',
      `${entry}: ${error.message}. Nothing was changed. ${byHand(framework)} Or leave the code as it is: clustered start ${entry}`,
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

function byHand(framework: Framework): string {
  return (
    `By hand: import { clustered } from '@clustered/${framework}', and put clustered(app).listen(...) in place of app.listen(...); ` +
    'what needs the server goes into the hook onServer.'
  )
}
