import { defaultInWords, flagOf, type Named, sayable } from '@clustered/core/options'
import type { Command } from 'cac'

/** What `clustered start` was given on the command line, as it was typed. */
export interface StartFlags {
  /** By the name of the option. */
  given: Map<string, Typed>
  envFile?: string
  /** Which a start script sets. */
  variables?: Record<string, string>
  logMaxSize?: string
  logMaxFiles?: string
  nodeArgs: string[]
  ignore: (string | RegExp)[]
  /** Which to watch, if not all of the working directory. */
  folders?: string[]
  /** Of a file that names programs: these, with commas between them. */
  only?: string
  /** Of such a file, the variables of that name. */
  env?: string
  /** `false`: several programs in the foreground without a name before each line. */
  prefix?: boolean
  watch: boolean
  daemon: boolean
  json?: boolean
  /** What stands after `--`. */
  '--'?: string[]
}

export interface Typed {
  flag: string
  text: string
}

export interface Flag {
  /** As they are typed; any of them will do. */
  names: readonly string[]
  doc: string
  /** What stands for its value in help; without it, it has none. */
  placeholder?: string | undefined
  /** What it says where it has no value. */
  implied?: string
  take: (flags: StartFlags, typed: Typed) => void
  isRepeatable?: boolean
  /** Its value may begin with a dash. */
  takesDashes?: boolean
}

const ofAnyStart: readonly Flag[] = [
  {
    names: ['--only'],
    placeholder: '<names>',
    doc: 'Of a file that names programs: these, with commas between them',
    take: (flags, { text }) => (flags.only = flags.only === undefined ? text : `${flags.only},${text}`),
    isRepeatable: true,
  },
  {
    names: ['--env'],
    placeholder: '<name>',
    doc: 'Of such a file: the variables of env_<name>, or environments.<name>',
    take: (flags, { text }) => (flags.env = text),
  },
  {
    names: ['--env-file'],
    placeholder: '<file>',
    doc: 'Variables for the workers, read anew at each boot of one',
    take: (flags, { text }) => (flags.envFile = text),
  },
  {
    names: ['--node-args'],
    placeholder: '<arguments>',
    doc: "Node's own arguments, such as '--import ./setup.js'; may be repeated",
    take: (flags, { text }) => flags.nodeArgs.push(text),
    isRepeatable: true,
    takesDashes: true,
  },
]

const ofStart: readonly Flag[] = [
  {
    names: ['--daemon'],
    doc: 'Detach, keep it running, and write its logs to files',
    take: (flags) => (flags.daemon = true),
  },
  {
    names: ['--log-max-size'],
    placeholder: '<size>',
    doc: 'With --daemon: a log file gets no longer, as 10M; 0 for any length (default: 10M)',
    take: (flags, { text }) => (flags.logMaxSize = text),
  },
  {
    names: ['--log-max-files'],
    placeholder: '<number>',
    doc: 'With --daemon: how many full ones are kept of each (default: 10)',
    take: (flags, { text }) => (flags.logMaxFiles = text),
  },
  {
    names: ['--no-prefix'],
    doc: 'Several programs in the foreground: no name before each line',
    take: (flags) => (flags.prefix = false),
  },
  { names: ['--watch'], doc: 'Reload when a file changes', take: (flags) => (flags.watch = true) },
  {
    names: ['--ignore'],
    placeholder: '<glob>',
    doc: 'With --watch: files that do not matter; may be repeated',
    take: (flags, { text }) => flags.ignore.push(text),
    isRepeatable: true,
  },
]

/** @param command the one that they are of. */
export function flagsFor(command: 'start' | 'startup'): Flag[] {
  return [...(command === 'start' ? ofStart : []), ...ofAnyStart, ...sayable.flatMap(flagsOf)]
}

/** An option's own flag, and the one that says `false`. */
function flagsOf({ path, option }: Named): Flag[] {
  const { doc, kind, off, aliases = [] } = option
  // One for both, by which it is known that they are of one option.
  const take: Flag['take'] = (flags, typed) => flags.given.set(path, typed)
  const name = flagOf(path)
  const no: Flag = { names: [name.replace('--', '--no-')], doc: off ?? '', implied: 'false', take }
  const { placeholder } = kind
  if (placeholder === undefined && typeof option.default !== 'boolean') return [no]
  const names = [...aliases.filter(isShort), name, ...aliases.filter((alias) => !isShort(alias))]
  const yes: Flag = {
    names,
    doc: `${doc} (default: ${defaultInWords(option).replaceAll('`', '')})`,
    placeholder,
    implied: 'true',
    take,
  }
  return off === undefined ? [yes] : [yes, no]
}

function isShort(flag: string): boolean {
  return flag.length === 2
}

/** For its help, and for completion: what is typed is read by `readStartFlags`. */
export function withFlags(command: Command, name: 'start' | 'startup'): Command {
  for (const { names, placeholder = '', doc } of flagsFor(name))
    command.option(`${names.join(', ')} ${placeholder}`.trimEnd(), doc)
  // The parser takes `--no-...` for a flag that is given unless it is typed.
  return command.ignoreOptionDefaultValue()
}
