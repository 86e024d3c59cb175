import type { IncomingMessage } from 'node:http'
import { CliError } from './errors.ts'

/** Characters; a cluster of 1024 workers has half a million of them to say. */
const longest = 4 * 1024 * 1024

/** All that is answered. */
export async function readText(response: IncomingMessage): Promise<string> {
  let text = ''
  for await (const chunk of chunksOf(response)) {
    text += chunk
    refuseLonger(text)
  }
  return text
}

/** One line after the other, as they come. The last one counts only with its newline. */
export async function* lines(response: IncomingMessage): AsyncGenerator<string> {
  let rest = ''
  for await (const chunk of chunksOf(response)) {
    const complete = (rest + chunk).split('\n')
    rest = complete.pop()!
    refuseLonger(rest)
    yield* complete
  }
}

function chunksOf(response: IncomingMessage): AsyncIterable<string> {
  return response.setEncoding('utf8') as AsyncIterable<string>
}

function refuseLonger(text: string): void {
  if (text.length > longest)
    throw new CliError(
      'ERR_CLUSTERED_BAD_ANSWER',
      `The primary's answer has more than ${longest} characters.`,
    )
}
