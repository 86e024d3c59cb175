import { flagsFor } from './start-flags.ts'

const [flagIndent, docIndent] = ['  ', '      ']

/** The flags of `start` or `startup`, a few lines for each: there are many, and terminals are narrow. */
export function helpOfFlags(command: 'start' | 'startup'): { title: string; body: string } {
  const columns = process.stdout.columns ?? 80
  const body = flagsFor(command)
    .map(({ names, placeholder, doc }) => {
      const name = placeholder === undefined ? names.join(', ') : `${names.join(', ')} ${placeholder}`
      return [
        flagIndent + name,
        ...wrapped(doc, columns - docIndent.length).map((line) => docIndent + line),
      ].join('\n')
    })
    .join('\n')
  return { title: 'Flags of the program', body }
}

function wrapped(text: string, width: number): string[] {
  const lines: string[] = []
  for (const word of text.split(' ')) {
    const last = lines.at(-1)
    if (last !== undefined && last.length + 1 + word.length <= width)
      lines[lines.length - 1] = `${last} ${word}`
    else lines.push(word)
  }
  return lines
}
