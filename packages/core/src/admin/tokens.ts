import { createHash, timingSafeEqual } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { ClusteredError } from '../errors.ts'
import { isToken } from '../options/admin.ts'

/** A token that others may have to send. */
export class Token {
  readonly #hash: Buffer

  /**
   * @param given the token, or `@` and the path of a file that has it.
   * @throws {ClusteredError} ERR_CLUSTERED_BAD_OPTION
   */
  constructor(name: string, given: string) {
    this.#hash = hash(given.startsWith('@') ? read(name, given.slice(1)) : given)
  }

  /** Takes as long for any other. */
  is(other: string): boolean {
    return timingSafeEqual(this.#hash, hash(other))
  }
}

/** Of one length, whatever is compared. */
function hash(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}

function read(name: string, file: string): string {
  let text: string
  try {
    text = readFileSync(file, 'utf8').trim()
  } catch (error) {
    throw bad(`${name}: the file ${file} cannot be read: ${(error as Error).message}.`)
  }
  if (isToken(text)) return text
  throw bad(
    `${name}: the file ${file} has no token. Expected: 16 or more letters, digits and signs of ASCII, in one line.`,
  )
}

function bad(message: string): ClusteredError {
  return new ClusteredError('ERR_CLUSTERED_BAD_OPTION', message)
}
