import { readFileSync } from 'node:fs'
import path from 'node:path'
import { CliError } from '../errors.ts'
import { isFile } from '../file-kind.ts'
import { namedFolder } from '../named.ts'
import { readConfig } from './read-config.ts'

/** A file that names programs. */
export interface ConfigFile {
  /** As it was given, or found in this folder. */
  given: string
  /** Absolute, by its name. */
  file: string
  /** What it says, if that was needed to know what it is. */
  value?: unknown
}

const own = ['ts', 'mts', 'cts', 'js', 'mjs', 'cjs', 'json'].map((ending) => `clustered.config.${ending}`)
const ofPm2 = ['js', 'cjs', 'mjs', 'json'].map((ending) => `ecosystem.config.${ending}`)

const byName =
  /^(clustered\.config\.([cm]?[jt]s|json)|(ecosystem|pm2|process(es)?)\b.*\.(config\.[cm]?js|[cm]?js|json5?|ya?ml))$/

/** One that names programs, and is called something else. */
const names = /\b(apps|programs)\b/
const exported = /\bexports\b|\bexport\s+(default|const)\b|\bdefineConfig\b/

/** Beyond that (in characters), it is no configuration. */
const longest = 100_000

/** The file of this folder that says what to start. */
export function configHere(): ConfigFile | undefined {
  const given = [...own, ...ofPm2].find(isFile)
  return given === undefined ? undefined : made(given)
}

/** Whether what is given is a file that names programs, and is none itself. */
export function asConfig(given: string): ConfigFile | undefined {
  if (!isFile(given)) return undefined
  const base = path.basename(given)
  if (/\.ya?ml$/.test(base)) return byName.test(base) ? refuseYaml(given) : undefined
  if (byName.test(base) && !/^process(es)?\.[cm]?js$/.test(base)) return made(given)
  if (!/\.([cm]?[jt]s|json)$/.test(base) || base === 'package.json') return undefined
  const text = readFileSync(given, 'utf8').slice(0, longest)
  const isJson = base.endsWith('.json')
  if (!names.test(text) || (!isJson && (!exported.test(text) || /\blisten\s*\(/.test(text)))) return undefined
  if (!isJson && !/\b(script|file|exec)\b/.test(text)) return undefined
  const config = made(given)
  const value = readConfig(config.file)
  return hasPrograms(value) ? { ...config, value } : undefined
}

/** A file for pm2 alone, or one for Clustered, has a list of them. */
export function hasPrograms(value: unknown): boolean {
  return typeof value === 'object' && value !== null && ('apps' in value || 'programs' in value)
}

function made(given: string): ConfigFile {
  return { given, file: path.resolve(namedFolder(), given) }
}

function refuseYaml(given: string): never {
  throw new CliError(
    'ERR_CLUSTERED_BAD_CONFIG',
    `${given} is YAML, which is not read. Write it as JSON (npx js-yaml ${given} > ecosystem.config.json), and start that.`,
  )
}
