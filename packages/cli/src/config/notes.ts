import { warn } from '../print.ts'

/** What is to be said of a file's keys: each once, with the names of all programs that have it. */
export class Notes {
  readonly #notes = new Map<string, { says: string; names: Set<string> }>()

  add(key: string, says: string, name: string): void {
    const note = this.#notes.get(key) ?? { says, names: new Set() }
    note.names.add(name)
    this.#notes.set(key, note)
  }

  /** @param file what it is called. */
  say(file: string): void {
    for (const [key, { says, names }] of this.#notes)
      warn(`${file}: ${key} (${[...names].join(', ')}): ${says}`)
  }
}
