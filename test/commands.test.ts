import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { constants } from 'node:os'
import path from 'node:path'
import { describe, it } from 'node:test'
import { fromEnvironment } from '@clustered/core/options'
import type { CommandLine } from './snippets/command-lines.ts'
import { deskWith, isFile } from './snippets/desk-with.ts'
import { commandsInBlocks, commandsInSentences, oursIn } from './snippets/ours.ts'
import { root } from './snippets/pages.ts'
import { runAll, type Verdict } from './snippets/run-all.ts'

const inBlocks = commandsInBlocks()
const others = inBlocks.filter((command) => oursIn(command) === undefined)

/** Those of `start`, which `startup` has not. */
const ofStartAlone = /^--(daemon|watch|no-prefix)$|^--(ignore|log-max-size|log-max-files)(=|$)/

/** `startup` reads the flags of `start`, with their values, and starts nothing. */
function asStartup([, ...words]: readonly string[]): string[] {
  const kept = words.filter((word, index) => {
    const before = words[index - 1] ?? ''
    return !ofStartAlone.test(word) && !(ofStartAlone.test(before) && /^--(ignore|log)/.test(before))
  })
  if (kept[0] !== undefined && (!kept[0].startsWith('-') || kept.some((word) => isFile.test(word))))
    return ['startup', ...kept]
  // What a file without a name would be.
  const ofFile = kept.some((word) => /^--(only|env)$/.test(word))
  return ['startup', ofFile ? 'clustered.config.js' : 'app.js', ...kept]
}

/** Without what is left open, as in `clustered logs NAME...`. */
function closed(words: readonly string[]): string[] {
  return words
    .map((word) =>
      word
        .replace(/\.\.\.$/, '')
        .replace('COMMAND', 'reload')
        .replace('config.ts', 'config.js'),
    )
    .filter(Boolean)
}

interface Asked {
  command: CommandLine
  words: string[]
  isSentence: boolean
}

/** What is asked to learn whether a command is understood: nothing is started. */
function asked(command: CommandLine, isSentence: boolean): Asked[] {
  const words = closed(oursIn(command) ?? [])
  const [name] = words
  if (name === undefined) return []
  // With nothing behind it, it is a command that is spoken of.
  if (isSentence && words.length === 1 && name !== 'help')
    return [{ command, words: ['help', name], isSentence }]
  return [{ command, words: name === 'start' ? asStartup(words) : words, isSentence }]
}

function isWrong({ words, isSentence }: Asked, { code, stderr }: Verdict): boolean {
  if (isSentence && stderr.includes('is given without a value')) return false
  return code === 2 || (words[0] === 'startup' && code !== 0 && !words.includes('all'))
}

describe('commands in the documents', () => {
  it('are such as `clustered` understands, each with its flags and their values', async (t) => {
    // The names of spans begin as commands do.
    const inSentences = commandsInSentences().filter(({ where }) => !where.includes('opentelemetry.md'))
    const all = [
      ...inBlocks.flatMap((command) => asked(command, false)),
      ...inSentences.flatMap((command) => asked(command, true)),
    ]
    const lines = [...new Set(all.map(({ words }) => JSON.stringify(words)))]
    const words = lines.map((line) => JSON.parse(line) as string[])
    const verdicts = await runAll(deskWith(t, words), words)
    const wrong = all.flatMap((each) => {
      const verdict = verdicts[lines.indexOf(JSON.stringify(each.words))]!
      return isWrong(each, verdict) ? [`${each.command.where}: ${each.command.text}: ${verdict.stderr}`] : []
    })
    assert.deepEqual(wrong, [], wrong.join('\n'))
    const inSentence = all.filter(({ isSentence }) => isSentence).length
    assert.ok(all.length > 150, `${all.length} commands`)
    t.diagnostic(
      `${all.length - inSentence} in blocks, ${inSentence} in sentences, ${lines.length} of them different`,
    )
  })

  it('are scripts, files, packages, signals and paths that there are', (t) => {
    const wrong = others.flatMap((command) => {
      const why = faultOf(command)
      return why === undefined ? [] : [`${command.where}: ${command.text}: ${why}`]
    })
    assert.deepEqual(wrong, [], wrong.join('\n'))
    const unknown = others.filter(({ words: [name = ''] }) => checks[name] === undefined)
    const names = [...new Set(unknown.map(({ words: [name] }) => name))]
    t.diagnostic(`${others.length} of others; nothing is known of ${names.join(', ')}`)
  })

  it('have variables before them that say something', () => {
    for (const { where, variables } of [...inBlocks, ...commandsInSentences()])
      for (const [name, value] of Object.entries(variables))
        if (name.startsWith('CLUSTERED_'))
          assert.equal(fromEnvironment({ [name]: value }).size, 1, `${where}: ${name} is no variable`)
  })
})

const { scripts } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as {
  scripts: Record<string, string>
}

/** Where its page says that it is called. */
function folderOf({ where, words }: CommandLine): string {
  const inRoot = words.some((word) => word.startsWith('examples/'))
  return where.startsWith('examples/') && !inRoot ? path.join(root, path.dirname(where)) : root
}

/** What is wrong with the command of somebody else, by its first word. */
const checks: Record<string, (command: CommandLine) => string | undefined> = {
  npx: ({ words }) => {
    const [script = ''] = words.slice(words.indexOf('pnpm@12') + 1)
    const isKnown = Object.hasOwn(scripts, script) || ['install', '--filter', 'run'].includes(script)
    return words.includes('pnpm@12') && !isKnown ? `package.json has no script ${script}` : undefined
  },
  npm: ({ words: [, verb, ...rest], where }) => {
    if (verb === 'start') return scriptsOf(where)['start'] === undefined ? 'there is no start' : undefined
    const ours = rest.filter((word) => word.startsWith('@clustered/'))
    return ours.find((name) => !existsSync(path.join(root, 'packages', name.slice('@clustered/'.length))))
  },
  node: (command) => {
    // What is in docs is about the files of others.
    if (command.where.startsWith('docs/') && !command.words.some((word) => word.startsWith('bench/')))
      return undefined
    const files = command.words.slice(1).filter((word) => /\.[jt]s$/.test(word))
    return files.find((file) => !existsSync(path.join(folderOf(command), file)))
  },
  cd: ({ words: [, folder = ''] }) =>
    folder.startsWith('..') || existsSync(path.join(root, folder)) ? undefined : folder,
  kill: ({ words: [, signal = ''] }) =>
    signal === '-9' || `SIG${signal.slice(1)}` in constants.signals ? undefined : `no signal: ${signal}`,
  curl: (command) => {
    const address = command.words.find((word) => word.startsWith('localhost:'))
    if (address === undefined || !command.where.startsWith('examples/')) return undefined
    const [, port, where = '/'] = /^localhost:(\d+)(\/.*)?$/.exec(address) ?? []
    const source = sourcesIn(folderOf(command))
    if (!source.includes(port!)) return `its port is not ${port}`
    // Its last part: others may stand before it where a framework puts them.
    return source.includes(path.basename(where)) ? undefined : `no route ${where}`
  },
  '.ci/run': () => (existsSync(path.join(root, '.ci/run')) ? undefined : 'there is none'),
}

function faultOf(command: CommandLine): string | undefined {
  // In a loop of the shell.
  const words = command.words[0] === 'do' ? command.words.slice(1) : command.words
  return checks[words[0] ?? '']?.({ ...command, words })
}

function scriptsOf(where: string): Record<string, string> {
  const file = path.join(root, path.dirname(where), 'package.json')
  return (JSON.parse(readFileSync(file, 'utf8')) as { scripts: Record<string, string> }).scripts
}

function sourcesIn(folder: string): string {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  const files = names.filter((name) => /^(?!.*node_modules).*\.[jt]s$/.test(name))
  return files.map((name) => readFileSync(path.join(folder, name), 'utf8')).join('\n')
}
