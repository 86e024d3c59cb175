/** ESC, in a string as a regular expression is better off without it. */
const escape = String.fromCodePoint(0x1b)

/** Sequences such as colours, which would leave `[31m` behind if only their first character went. */
const sequences = new RegExp(`(?:${escape}\\[|${String.fromCodePoint(0x9b)})[0-?]*[ -/]*[@-~]`, 'g')

/** C0 and C1, and what turns the direction of writing, so that `exe.gpj` reads `jpg.exe`. */
const controls = /[\p{Cc}\p{Bidi_Control}\u2028\u2029]/gu

const controlsInText = /(?![\n\t])[\p{Cc}\p{Bidi_Control}\u2028\u2029]/gu

/**
 * What a program says, for one line of a terminal: without what could move the
 * cursor, name the window, or hide what it says.
 */
export function plain(text: string): string {
  return text.replaceAll(sequences, '').replaceAll(controls, '')
}

/** The same for a text of several lines. */
export function plainLines(text: string): string {
  return text.replaceAll(sequences, '').replaceAll(controlsInText, '')
}

/** Every string in it, keys apart, made plain. */
export function plainValues<T>(value: T): T {
  if (typeof value === 'string') return plain(value) as T
  if (Array.isArray(value)) return value.map((item: unknown) => plainValues(item)) as T
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plainValues(item)])) as T
}

/** JSON as it is, with the control characters that it may hold raw as escapes, too. */
export function toJsonText(value: unknown, indent?: number): string {
  return JSON.stringify(value, null, indent).replaceAll(
    controlsInText,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}
