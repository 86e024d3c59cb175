import { allFences, pages } from './pages.ts'
import { type CommandLine, commandsInText, commandsOf } from './command-lines.ts'

/** Every command in a block of the documents. */
export function commandsInBlocks(): CommandLine[] {
  return allFences()
    .filter(({ note }) => note.notRead === undefined)
    .flatMap(commandsOf)
}

/** Those of ours in sentences and tables. */
export function commandsInSentences(): CommandLine[] {
  return [...pages()].flatMap(([page, text]) => commandsInText(page, text))
}

/** What follows `clustered`, however that is called; `undefined` for the command of somebody else. */
export function oursIn({ words }: CommandLine): string[] | undefined {
  const [, rest] = called.exec(words.join('\n')) ?? []
  return rest?.split('\n').filter(Boolean)
}

/** By itself, for root, by npx, or at another machine. */
const called = /^(?:sudo\n|npx\n|ssh\n(?:.*\n)*?)?(?:clustered|@clustered\/cli)((?:\n[^]*)?)$/
