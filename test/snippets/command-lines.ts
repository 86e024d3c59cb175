import type { Fence } from './fences.ts'

/** A command of a document, and where it stands. */
export interface CommandLine {
  where: string
  /** As a shell would split it. */
  words: string[]
  /** What stands before it, such as PORT=8000. */
  variables: Record<string, string>
  /** As it is written. */
  text: string
}

/** What is read as one line: a backslash at the end goes on, a prompt is none of it, nor is a comment. */
function linesOf({ language, text }: Fence): string[] {
  const whole = text.replaceAll(/\\\n\s*/g, '').split('\n')
  if (language === 'sh') return whole
  // Of systemd's units and of images.
  const [exec, form] = [
    /^Exec(?:Start|Reload|Stop)\w*=[-+!@]*(?:\/\S*\/)?(\S.*)$/,
    /(?:CMD|ENTRYPOINT|command:) *\[(.*)\]$/,
  ]
  if (['ini', 'systemd', 'dockerfile', 'yaml'].includes(language))
    return whole.flatMap(
      (line) => exec.exec(line)?.[1] ?? form.exec(line)?.[1]?.replaceAll(/,\s*/g, ' ') ?? [],
    )
  // With a prompt, the rest is what they write.
  return whole.flatMap((line) => /^\$ (.*)$/.exec(line)?.[1] ?? [])
}

/** Every command of a block of commands; in a pipe and behind `&&` each by itself. */
export function commandsOf(fence: Fence): CommandLine[] {
  return linesOf(fence).flatMap((line) => split(line, `${fence.page}:${fence.line}`))
}

/** Every command line of ours that stands in a sentence or a table. */
export function commandsInText(page: string, text: string): CommandLine[] {
  const bare = text.replaceAll(/^( *)```[^]*?^\1```$/gm, (block) => block.replaceAll(/.+/g, ''))
  return bare
    .split('\n')
    .flatMap((line, index) =>
      [...line.matchAll(/`((?:[A-Z_]+=\S+ |sudo )*clustered [^`]+)`/g)].flatMap(([, code]) =>
        split(code!.replaceAll('\\|', '|'), `${page}:${index + 1}`),
      ),
    )
}

const operators = /^(?:\|\|?|&&?|;)$/

function split(line: string, where: string): CommandLine[] {
  const commands: CommandLine[] = []
  let words: string[] = []
  const end = (): void => {
    const begin = words.findIndex((word) => !/^[A-Z_]+=/.test(word))
    const variables = Object.fromEntries(
      (begin < 0 ? words : words.slice(0, begin)).map((word) => {
        const [name = '', ...value] = word.split('=')
        return [name, value.join('=')]
      }),
    )
    if (begin >= 0) commands.push({ where, words: words.slice(begin), variables, text: line.trim() })
    words = []
  }
  for (const word of tokens(line)) {
    if (operators.test(word)) end()
    else words.push(word)
  }
  end()
  return commands
}

/** Words and operators; redirections are left out, and what a shell would put in stays as it is. */
function tokens(line: string): string[] {
  const found: string[] = []
  const token =
    /\s*(?:(#.*$)|(\d?>>?(?:&\d| ?[^\s;&|]+)|<\S+)|(\|\|?|&&?|;)|((?:"(?:\\.|\$\([^)]*\)|[^"\\])*"|'[^']*'|\$\([^)]*\)|\\.|[^\s"'\\;&|<>])+|<[^>]+>))/y
  while (token.lastIndex < line.trimEnd().length) {
    const match = token.exec(line)
    if (!match) throw new Error(`This is no command line that is understood here: ${line}`)
    const [, , , operator, word] = match
    if (operator !== undefined) found.push(operator)
    else if (word !== undefined) found.push(unquoted(word))
  }
  return found
}

function unquoted(word: string): string {
  return word.replaceAll(/"((?:\\.|[^"\\])*)"|'([^']*)'|\\(.)/g, (_, double, single, escaped) =>
    String(double ?? single ?? escaped),
  )
}
