import { StringDecoder } from 'node:string_decoder'
import { plainLines } from './plain.ts'

/** A log that comes in pieces, as a person reads it: a label before each line, and nothing but text in it. */
export class LogOnTerminal {
  readonly #label: string
  readonly #decoder = new StringDecoder('utf8')
  #atStart = true

  constructor(label: string) {
    this.#label = label
  }

  add(chunk: Buffer): string {
    const text = plainLines(this.#decoder.write(chunk))
    if (text === '') return ''
    const begun = this.#atStart ? this.#label : ''
    this.#atStart = text.endsWith('\n')
    return begun + text.replaceAll(/\n(?!$)/g, `\n${this.#label}`)
  }
}
