import { readFileSync, writeFileSync } from 'node:fs'
import colors from 'picocolors'
import { CliError } from '../errors.ts'
import { addDependency, findEntry, findFramework, readPackage } from '../project.ts'
import { putAroundApp } from '../put-around-app.ts'
import { print } from '../print.ts'

/** Changes two files, and says so: the entry file and package.json. */
export function init({ dryRun, json }: { dryRun?: boolean; json?: boolean }): void {
  const manifest = readPackage()
  const framework = findFramework(manifest)
  const entry = findEntry(manifest)
  const source = readFileSync(entry, 'utf8')
  const changed = putAroundApp(source, framework)
  if (changed === undefined) throw notFound(entry, framework)
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
      dryRun ? 'Nothing was written (--dry-run).' : `Next: npm install, then node ${entry}`,
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

function notFound(entry: string, framework: string): CliError {
  return new CliError(
    'ERR_CLUSTERED_NOTHING_TO_CHANGE',
    `${entry} has no line of its own that begins with app.listen(, or is clustered already; nothing was changed. ` +
      `By hand: import { clustered } from '@clustered/${framework}', and put clustered(app).listen(...) in place of app.listen(...). ` +
      `Or leave the code as it is: clustered start ${entry}`,
  )
}
