import { findBuiltServer, usualStart, whyNoServer } from './built-servers.ts'
import { CliError } from './errors.ts'
import { isFile } from './file-kind.ts'
import { type Manifest, packagesOf, readManifest } from './project.ts'
import { readStartFlags } from './read-start-flags.ts'
import type { StartFlags } from './start-flags.ts'
import { readStartScript, splitEnvFile, unquoted } from './start-script.ts'

/** What is started where neither a file is given nor one that names programs is there. */
export interface StartHere {
  given: string
  flags: StartFlags
  /** What that is, and who says so. */
  says: string
}

/** In this order. `nest start`, for one, starts another process; what a project runs in production does not. */
const scripts = ['start', 'start:prod']

/**
 * What `npm start` would run in this folder, or what the project's framework
 * has built.
 * @param flags as typed: they count more than what a script says.
 * @throws {CliError} ERR_CLUSTERED_USAGE
 */
export function startHere(flags: StartFlags): StartHere {
  const manifest = readManifest()
  if (!manifest) throw nothingToStart()
  for (const name of scripts) {
    const script = manifest.scripts?.[name]
    const found = script === undefined ? undefined : fromScript(script, flags)
    if (found) return { ...found, says: `${script}, the script '${name}' of package.json` }
  }
  const start = startOf(manifest)
  const found = start === undefined ? undefined : fromScript(start.command, flags)
  if (found) return { ...found, says: `${start!.command}, ${start!.why}` }
  const script = manifest.scripts?.['start']
  throw nothingToStart(
    script && ` The script 'start' of package.json is '${script}', of which no file is known that Node runs.`,
  )
}

function startOf(manifest: Manifest): { command: string; why: string } | undefined {
  const packages = packagesOf(manifest)
  const built = findBuiltServer(packages)
  const command = built && !whyNoServer(built, packages) && usualStart(built)
  if (command) return { command, why: `as this is a project of ${built.name}` }
  // What npm runs where there is no script.
  return isFile('server.js') ? { command: 'node server.js', why: 'as npm start has it' } : undefined
}

function fromScript(script: string, flags: StartFlags): Omit<StartHere, 'says'> | undefined {
  const read = readStartScript(script)
  if (!read?.isAlone) return undefined
  const { variables, args } = read
  const words = args.map((each) => unquoted(expanded(each)))
  if (read.file === 'clustered') return fromOwn(words, { ...flags, variables })
  const { envFile, others } = splitEnvFile(read.nodeArgs)
  return {
    given: unquoted(read.file),
    flags: {
      ...flags,
      variables,
      nodeArgs: [...(others.length > 0 ? [others.join(' ')] : []), ...flags.nodeArgs],
      ...(envFile !== undefined && { envFile: flags.envFile ?? unquoted(envFile) }),
      '--': [...words, ...(flags['--'] ?? [])],
    },
  }
}

/** `clustered start ...` itself. */
function fromOwn(
  [command, ...argv]: readonly string[],
  typed: StartFlags,
): Omit<StartHere, 'says'> | undefined {
  if (command !== 'start') return undefined
  const { flags, rest } = readStartFlags('start', argv)
  const end = rest.indexOf('--')
  const [given] = end < 0 ? rest : rest.slice(0, end)
  if (given === undefined) return undefined
  return {
    given,
    flags: {
      ...flags,
      ...typed,
      given: new Map([...flags.given, ...typed.given]),
      nodeArgs: [...flags.nodeArgs, ...typed.nodeArgs],
      ignore: [...flags.ignore, ...typed.ignore],
      watch: flags.watch || typed.watch,
      daemon: flags.daemon || typed.daemon,
      '--': [...(end < 0 ? [] : rest.slice(end + 1)), ...(typed['--'] ?? [])],
    },
  }
}

/** As a shell has it: `$PORT`, `${PORT}`, `${PORT:-3000}`. */
function expanded(word: string): string {
  if (word.startsWith("'")) return word
  return word.replaceAll(
    /\$(?:(\w+)|\{(\w+)(?::-([^}]*))?\})/g,
    (_all, plain?: string, name?: string, otherwise = '') => process.env[plain ?? name!] || otherwise,
  )
}

function nothingToStart(why = ''): CliError {
  return new CliError(
    'ERR_CLUSTERED_USAGE',
    `clustered start: there is no file to start.${why} Give the app's file (clustered start app.js), or call it where there is a clustered.config.ts, .js or .json, pm2's ecosystem.config.js, or a package.json with a script 'start' such as 'node app.js' or 'next start'.`,
  )
}
