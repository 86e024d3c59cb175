import { colors } from './colors.ts'
import { plain, toJsonText } from './plain.ts'
import { printError } from './print.ts'
import type { Program } from './programs.ts'

/** What has been done with one of several programs. */
export interface Done {
  /** For a person, after its name. */
  did: string
  /** For a program, beside its name. */
  json?: object
}

interface Named {
  name: string
}

export interface EachOptions {
  json?: boolean | undefined
  /** How many at a time. */
  atOnce?: number
}

/**
 * Does the same with each, whatever becomes of the others, and says of each
 * how it went.
 * @returns the exit code: 0 only if all went well.
 */
export async function withEach<Item extends Named | Program>(
  items: readonly Item[],
  { json, atOnce = 1 }: EachOptions,
  work: (item: Item) => Promise<Done>,
): Promise<number> {
  const width = Math.max(...items.map(({ name }) => name.length))
  const outcomes: object[] = []
  let exitCode = 0
  const waiting = [...items]
  const next = async (): Promise<void> => {
    for (let item = waiting.shift(); item; item = waiting.shift()) {
      const name = plain(item.name)
      try {
        const { did, json: more } = await work(item)
        outcomes.push({ name, ok: true, ...more })
        if (!json) console.log(`${colors.bold(name.padEnd(width))}  ${did}`)
      } catch (error) {
        exitCode = 1
        const { code, message } = error as { code?: string; message: string }
        outcomes.push({ name, ok: false, error: { code, message } })
        if (json) continue
        console.log(`${colors.bold(name.padEnd(width))}  ${colors.red('failed')}`)
        printError(error, false)
      }
      // Whoever has told this command to end means all of it.
      if (ended(outcomes.at(-1)!)) waiting.length = 0
    }
  }
  await Promise.all(Array.from({ length: atOnce }, next))
  if (json) console.log(toJsonText(outcomes, 2))
  return exitCode
}

function ended(outcome: { error?: { code?: string } }): boolean {
  return outcome.error?.code === 'ERR_CLUSTERED_INTERRUPTED'
}
