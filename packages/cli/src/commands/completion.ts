import type { CAC, Command } from 'cac'
import { bashScript, type Completed, fishScript, shells, zshScript } from '../completion-scripts.ts'
import { CliError } from '../errors.ts'
import { findPrograms, nameless } from '../programs.ts'

const scripts = new Map([
  ['bash', bashScript],
  ['zsh', zshScript],
  ['fish', fishScript],
])

/** Prints the script that has a shell complete this command. */
export async function completion(cli: CAC, shell: string): Promise<void> {
  // The scripts ask for it.
  if (shell === 'names') return printNames()
  const script = scripts.get(shell)
  if (!script)
    throw new CliError(
      'ERR_CLUSTERED_USAGE',
      `There is no completion for '${shell}'. Expected: ${shells.join(', ')}.`,
    )
  process.stdout.write(script(cli.commands.map((command) => completed(command, cli))))
}

async function printNames(): Promise<void> {
  const names = (await findPrograms()).map(({ name }) => name).filter((name) => name !== nameless)
  if (names.length > 0) console.log([...new Set(names)].join('\n'))
}

function completed({ name, aliasNames, description, options, args: [first] }: Command, cli: CAC): Completed {
  const all = [...options, ...cli.globalCommand.options.filter((option) => option.name !== 'version')]
  return {
    names: [name, ...aliasNames],
    description,
    options: all.map((option) => ({ names: namesOf(option.rawName), description: option.description })),
    takes: takenBy(first?.value),
  }
}

/** As typed: `-i, --instances <number>` has two. */
function namesOf(rawName: string): string[] {
  return [...rawName.matchAll(/(?<![\w-])--?([\w-]+)/g)].map(([, name]) => name!)
}

function takenBy(argument: string | undefined): Completed['takes'] {
  if (argument === undefined) return 'nothing'
  if (argument === 'shell') return 'shell'
  return argument.startsWith('name') ? 'program' : 'file'
}
