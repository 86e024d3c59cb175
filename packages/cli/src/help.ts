import type { CAC, Command } from 'cac'
import { type ExitCodes, groups, helpTexts, usualCodes } from './help-texts.ts'
import { plain } from './plain.ts'
import { helpWidth } from './table.ts'
import { wrap } from './wrap.ts'

/** As the parser has it. */
interface Section {
  title?: string
  body: string
}

/** Of the command that is asked about, or the overview. */
export function helpSections(cli: CAC, version: string): Section[] {
  const { matchedCommand } = cli
  return matchedCommand ? ofCommand(cli, matchedCommand) : overview(cli, version)
}

/** The exit codes of every command. */
export function exitCodeHelp({ commands }: CAC): string {
  const special = commands.filter(({ name }) => helpTexts[name]?.exitCodes)
  return [
    codeLines(usualCodes),
    ...special.map(({ name }) => `${name}:\n${codeLines(helpTexts[name]!.exitCodes!)}`),
  ].join('\n\n')
}

function overview(cli: CAC, version: string): Section[] {
  const known = new Set(groups.flatMap(([, names]) => names))
  const others = cli.commands.map(({ name }) => name).filter((name) => !known.has(name))
  const sections = [...groups, ['More', others] as const].flatMap(([title, names]) => {
    const commands = names.flatMap((name) => cli.commands.find((command) => command.name === name) ?? [])
    const rows = commands.map(({ rawName, description }): Row => [rawName, description])
    return rows.length > 0 ? [{ title, body: aligned(rows, 22) }] : []
  })
  return [
    { body: `clustered ${version}: runs Node.js servers on every core, and operates them` },
    ...sections,
    { title: 'Options', body: optionLines(cli.globalCommand) },
    {
      title: 'More of a command, with its options, examples and exit codes',
      body: '  clustered help start\n  clustered help exit-codes',
    },
  ]
}

function ofCommand(cli: CAC, command: Command): Section[] {
  const { notes, examples = [usageOf(command)], exitCodes = {} } = helpTexts[command.name] ?? {}
  const aliases = command.aliasNames.length > 0 ? [`Also: clustered ${command.aliasNames.join(', ')}.`] : []
  const own = optionLines(command)
  const given = command.examples.flatMap((example) => (typeof example === 'string' ? example : []))
  return [
    { body: wrapped([`${command.description}.`, notes, ...aliases].filter(Boolean).join(' '), 0) },
    { title: 'Usage', body: `  clustered ${command.rawName}${own === '' ? '' : ' [options]'}` },
    ...(own === '' ? [] : [{ title: 'Options', body: own }]),
    { title: own === '' ? 'Options' : 'Options of every command', body: optionLines(cli.globalCommand) },
    { title: 'Examples', body: (given.length > 0 ? given : examples).map((line) => `  ${line}`).join('\n') },
    { title: 'Exit codes', body: codeLines({ ...usualCodes, ...exitCodes }) },
  ]
}

/** For a command that has no example: its own form, with something in its brackets. */
function usageOf({ rawName }: Command): string {
  return `clustered ${rawName
    .replaceAll('<name>', 'shop')
    .replaceAll('[name]', 'shop')
    .replaceAll(/[<>[\]]/g, '')}`
}

type Row = [left: string, right: string]

function optionLines({ options }: Pick<Command, 'options'>): string {
  return aligned(
    options.map(({ rawName, description }): Row => [rawName, description]),
    28,
  )
}

function codeLines(codes: ExitCodes): string {
  return aligned(
    Object.entries(codes).map(([code, meaning]): Row => [code, meaning]),
    3,
  )
}

/** Two columns; what does not fit the left one has its right one below. */
function aligned(rows: readonly Row[], most: number): string {
  const width = Math.min(most, Math.max(...rows.map(([left]) => left.length)))
  return rows
    .map(([left, right]) => {
      const text = wrapped(right, width + 4).trimStart()
      return left.length > width
        ? `  ${left}\n${' '.repeat(width + 4)}${text}`
        : `  ${left.padEnd(width)}  ${text}`
    })
    .join('\n')
}

/** In lines that a terminal need not break, each of them indented. */
function wrapped(text: string, indent: number): string {
  const lines = wrap(plain(text), Math.max(20, helpWidth() - indent))
  return lines.map((line) => ' '.repeat(indent) + line).join('\n')
}
