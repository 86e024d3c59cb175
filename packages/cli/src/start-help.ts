import { flagsFor } from './start-flags.ts'
import { helpWidth } from './table.ts'
import { wrap } from './wrap.ts'

const [flagIndent, docIndent] = ['  ', '      ']

/** The flags of `start` or `startup`, a few lines for each: there are many, and terminals are narrow. */
export function helpOfFlags(command: 'start' | 'startup'): { title: string; body: string } {
  const columns = helpWidth()
  const body = flagsFor(command)
    .map(({ names, placeholder, doc }) => {
      const name = placeholder === undefined ? names.join(', ') : `${names.join(', ')} ${placeholder}`
      return [
        flagIndent + name,
        ...wrap(doc, columns - docIndent.length).map((line) => docIndent + line),
      ].join('\n')
    })
    .join('\n')
  return { title: 'Flags of the program', body }
}
